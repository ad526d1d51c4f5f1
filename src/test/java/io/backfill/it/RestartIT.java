package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.AnswerWatch;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultRule;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop by SIGTERM while batches run, and the next start. */
class RestartIT {
    private static final AnswerWatch.Kind SERVED = new AnswerWatch.Kind(200, "application/json", false);
    private static final AnswerWatch.Kind TURNED_AWAY = new AnswerWatch.Kind(503, "application/json", true);
    private static final int SIGTERM = 128 + 15;
    private static final int LINES = 1500;
    private static final int SLOW = 3;

    @TempDir
    private Path folder;

    @Test
    void aStopInTheMiddleShouldLoseNothingAndRepeatOnlyWhatOutlastsTheGrace() throws Exception {
        try (Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            new ModelsYaml().model("steady", model.baseUrl()).write(folder);
            try (GatewayProcess gateway = GatewayProcess.in(folder)
                            .with("BACKFILL_JOBS_GRACE", "1s")
                            .with("BACKFILL_SHUTDOWN_GRACE", "2s")
                            .start();
                    Api api = Api.of(gateway.baseUrl())) {
                stopInTheMiddle(model, gateway, api);
            }
        }
    }

    private static void stopInTheMiddle(Simulator model, GatewayProcess gateway, Api api) {
        Batches batches = new Batches(api);
        BatchView ended =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 10)).id(), "completed");
        byte[] output = batches.content(ended.outputFile().orElseThrow());
        model.latency(Latency.fixed(Duration.ofMillis(50)));
        // slow only the first time: these lines outlast the grace period, and are fast when they are sent again
        model.faults(FaultRule.slow(20_000).matching("Question slow-").times(SLOW));
        BatchView batch =
                batches.submit(new InputLines().andChat("steady", "slow", SLOW).andChat("steady", "r", LINES));
        BatchView before = batches.await(batch.id(), "is under way", now -> now.completed() > 200);
        String files = api.get("/v1/files").text();

        URI page = gateway.baseUrl().resolve("/v1/files");
        try (AnswerWatch clients = new AnswerWatch(page)) {
            await().until(() -> clients.seen().containsKey(SERVED));
            stop(model, gateway, batch);
            // at the end of a stop, while its services end one after another, the server answers some requests by
            // itself
            assertOrderly(clients, 0.3);
        }
        try (AnswerWatch clients = new AnswerWatch(page)) {
            gateway.restart();
            await().until(() -> clients.seen().containsKey(SERVED));
            assertOrderly(clients, 0);
        }

        assertThat(batches.get(ended.id())).isEqualTo(ended);
        assertThat(batches.content(ended.outputFile().orElseThrow())).isEqualTo(output);
        assertThat(api.get("/v1/files").text()).isEqualTo(files);
        BatchView after = batches.get(batch.id());
        assertThat(after.completed()).isGreaterThanOrEqualTo(before.completed());
        assertThat(after.time("in_progress_at")).isEqualTo(before.time("in_progress_at"));
        BatchView completed = batches.awaitEnd(batch.id(), "completed");

        assertThat(completed.completed()).isEqualTo(LINES + SLOW);
        assertThat(completed.errorFile()).isEmpty();
        assertThat(batches.output(completed).customIds()).hasSize(LINES + SLOW).doesNotHaveDuplicates();
        Map<String, Long> receipts = Ledgers.of(model, batch.id()).stream()
                .collect(Collectors.groupingBy(entry -> entry.requestId().orElseThrow(), Collectors.counting()));
        Map<String, Long> expected = IntStream.rangeClosed(1, LINES + SLOW)
                .boxed()
                .collect(Collectors.toMap(line -> Ledgers.callId(batch.id(), line), line -> line <= SLOW ? 2L : 1L));
        assertThat(receipts).isEqualTo(expected);
    }

    private static void stop(Simulator model, GatewayProcess gateway, BatchView batch) {
        assertThat(gateway.terminate()).isEqualTo(SIGTERM);
        int sentBefore = Ledgers.of(model, batch.id()).size();
        assertThat(sentBefore).isLessThan(LINES);
        await().during(Duration.ofMillis(300))
                .until(() -> Ledgers.of(model, batch.id()).size() == sentBefore);
    }

    /**
     * Asserts that answers come from the application or are the envelope with Retry-After.
     *
     * @param serversOwn maximum number of other answers, as a share of those with Retry-After
     */
    private static void assertOrderly(AnswerWatch clients, double serversOwn) {
        Map<AnswerWatch.Kind, Integer> seen = clients.seen();
        int others = seen.entrySet().stream()
                .filter(kind -> !kind.getKey().equals(SERVED) && !kind.getKey().equals(TURNED_AWAY))
                .mapToInt(Map.Entry::getValue)
                .sum();
        assertThat((double) others)
                .as(seen.toString())
                .isLessThanOrEqualTo(serversOwn * seen.getOrDefault(TURNED_AWAY, 0));
    }
}
