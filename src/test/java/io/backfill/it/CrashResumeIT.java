package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Answer;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.LoggedResults;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The server is killed without warning. Everything that was acknowledged or logged must still exist and must not be done again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashResumeIT {
    private static final int CAP = 32;
    private static final int LINES = 2000;

    private Simulator model;
    private GatewayProcess gateway;
    private Api api;
    private Batches batches;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + CAP)
                .write(folder);
        gateway = GatewayProcess.in(folder).start();
        api = Api.of(gateway.baseUrl());
        batches = new Batches(api);
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
        gateway.close();
        model.close();
    }

    @Test
    void whatWasAcknowledgedShouldBeThereAfterAKillRightAfterwards() {
        InputLines lines = InputLines.chat("steady", 50);
        String file = api.upload(lines);
        String body = Batches.createBody(file, InputLines.CHAT, "24h");
        Answer created = api.send(
                "POST",
                "/v1/batches",
                BodyPublishers.ofString(body),
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                "before the kill");
        gateway.kill9();
        created.expect(200);
        gateway.restart();

        assertThat(batches.content(file)).isEqualTo(lines.bytes());
        BatchView ended = batches.awaitEnd(created.json().path("id").asText(), "completed");
        assertThat(batches.output(ended).customIds()).hasSize(50).doesNotHaveDuplicates();
        Answer again = api.send(
                "POST",
                "/v1/batches",
                BodyPublishers.ofString(body),
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                "before the kill");
        assertThat(again.expect(200).json().path("id").asText()).isEqualTo(ended.id());
    }

    @Test
    void killedTwiceInTheMiddleABatchShouldFinishEachLineOnce() throws IOException {
        model.clearLedger();
        model.latency(Latency.fixed(Duration.ofMillis(40)));
        BatchView batch = batches.submit(InputLines.chat("steady", LINES));
        for (int received : List.of(500, 1300)) {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> model.stats().received() >= received);
            BatchView before = batches.get(batch.id());
            gateway.kill9();
            awaitQuietModel();
            Set<String> logged = LoggedResults.read(gateway.dataDir(), batch.id());
            List<LedgerEntry> receivedBefore = Ledgers.of(model, batch.id());
            assertThat(logged).hasSizeGreaterThan(received - 2 * CAP);

            gateway.restart();

            BatchView after = batches.get(batch.id());
            assertThat(after.status()).isIn("in_progress", "finalizing", "completed");
            assertThat(after.completed()).isGreaterThanOrEqualTo(before.completed());
            assertThat(after.time("in_progress_at")).isEqualTo(before.time("in_progress_at"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> model.stats().received() > receivedBefore.size() + 2 * CAP);
            Set<String> sentBefore = ids(receivedBefore);
            Set<String> sentAgain = ids(Ledgers.of(model, batch.id()).stream()
                    .skip(receivedBefore.size())
                    .filter(entry -> sentBefore.contains(entry.requestId().orElseThrow()))
                    .toList());
            assertThat(sentAgain).as("sent again").hasSizeLessThanOrEqualTo(CAP).doesNotContainAnyElementsOf(logged);
        }
        BatchView ended = batches.awaitEnd(batch.id(), "completed");

        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(ended.errorFile()).isEmpty();
        assertThat(batches.output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        assertThat(Ledgers.of(model, batch.id())).hasSizeLessThanOrEqualTo(LINES + 2 * CAP);
    }

    /** Waits until the model is idle, because it still reads and answers for a moment what the dead process sent. */
    private void awaitQuietModel() {
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> model.stats().open() == 0);
    }

    private static Set<String> ids(List<LedgerEntry> entries) {
        Set<String> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.requestId().orElseThrow()));
        return ids;
    }
}
