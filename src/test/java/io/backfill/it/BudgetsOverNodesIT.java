package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.Nodes;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's budgets over two nodes on one PostgreSQL, one of which is killed. */
@Tag("slow")
class BudgetsOverNodesIT {
    private static final int TOKENS = 60_000;
    private static final int REQUESTS = 600;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void budgetsShouldHoldWithinFivePercentThroughTheKillOfANode(@TempDir Path folder) throws IOException {
        Path models = Files.createDirectories(folder.resolve("models"));
        try (SharedStores stores = SharedStores.start("single", folder);
                Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            model.latency(Latency.fixed(Duration.ofMillis(30)));
            new ModelsYaml()
                    .model("free", model.baseUrl())
                    .model("tokens", model.baseUrl(), "tokens-per-minute: " + TOKENS)
                    .model("requests", model.baseUrl(), "requests-per-minute: " + REQUESTS)
                    .write(models);
            try (Nodes nodes = Nodes.start(
                    stores,
                    folder,
                    List.of("one", "two"),
                    Map.of(
                            "BACKFILL_MODELS_FILE",
                            models.resolve("models.yaml").toString(),
                            "BACKFILL_JOBS_LEASE",
                            "5s"))) {
                double tokensOfALine = tokensOfALine(nodes);
                for (int i = 0; i < 6; i++) {
                    nodes.get(i % 2).batches().submit(InputLines.chat("tokens", 800));
                    nodes.get(i % 2).batches().submit(InputLines.chat("requests", 300));
                }
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> stores.catalog().shareholders("tokens") == 2
                                && stores.catalog().shareholders("requests") == 2);
                await().pollDelay(Duration.ofSeconds(20))
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> !received(model, "tokens").isEmpty());
                nodes.get(1).gateway().kill9();
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> span(received(model, "requests")) > 80_000);

                List<Integer> requests = minutes(received(model, "requests"));
                List<Integer> lines = minutes(received(model, "tokens"));
                assertThat(requests)
                        .isNotEmpty()
                        .allSatisfy(sent -> assertThat(sent).isLessThanOrEqualTo(REQUESTS * 105 / 100));
                assertThat(lines)
                        .isNotEmpty()
                        .allSatisfy(sent -> assertThat(sent * tokensOfALine).isLessThanOrEqualTo(TOKENS * 1.05));
                // the killed node's batches wait until its lease expires, and those of the other node continue
                assertThat(requests).allSatisfy(sent -> assertThat(sent).isGreaterThan(REQUESTS * 85 / 100));
                assertThat(lines)
                        .allSatisfy(sent -> assertThat(sent * tokensOfALine).isGreaterThan(TOKENS * 0.85));
            }
        }
    }

    /** Returns the average number of tokens per line as the model counts them; all lines have about the same length. */
    private static double tokensOfALine(Nodes nodes) {
        BatchView batch = nodes.get(0).batches().submit(InputLines.chat("free", 100));
        BatchView ended = nodes.get(0).batches().awaitEnd(batch.id(), "completed");
        return ended.json().path("usage").path("total_tokens").asDouble() / 100;
    }

    private static List<Long> received(Simulator model, String name) {
        return model.ledger().stream()
                .filter(entry -> entry.model().filter(name::equals).isPresent())
                .map(LedgerEntry::received)
                .sorted()
                .toList();
    }

    private static long span(List<Long> received) {
        return received.isEmpty() ? 0 : received.getLast() - received.getFirst();
    }

    /** Returns the number of calls in each minute that begins a whole number of seconds after the first call. */
    private static List<Integer> minutes(List<Long> received) {
        List<Integer> counts = new ArrayList<>();
        long last = received.getLast() - MINUTE.toMillis();
        for (long begin = received.getFirst(); begin <= last; begin += 1_000) {
            long from = begin;
            counts.add((int) received.stream()
                    .filter(at -> at >= from && at < from + MINUTE.toMillis())
                    .count());
        }
        return counts;
    }
}
