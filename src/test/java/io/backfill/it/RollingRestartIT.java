package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.Nodes;
import io.backfill.it.support.Nodes.Node;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upgrade as operators do it: each of three nodes is stopped and started in turn, twice, while twenty batches run. */
@Tag("slow")
class RollingRestartIT {
    private static final int CAP = 48;
    private static final int BATCHES = 20;
    private static final int LINES = 400;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"cluster"})
    void shouldCostNothing(String profile, @TempDir Path folder) throws IOException {
        try (SharedStores stores = SharedStores.start(profile, folder);
                Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
                Nodes nodes = start(stores, model, folder)) {
            // so slow that the batches outlast all restarts
            model.latency(Latency.fixed(Duration.ofSeconds(2)));
            List<String> ids = new ArrayList<>();
            String file = nodes.get(0).api().upload(InputLines.chat("steady", LINES));
            for (int i = 0; i < BATCHES; i++) {
                ids.add(nodes.get(i % 3).batches().create(file).id());
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> model.stats().received() > CAP);

            int restartsUnderLoad = 0;
            for (int round = 0; round < 2; round++) {
                for (Node node : nodes.all()) {
                    restartsUnderLoad += ended(nodes, ids) < BATCHES ? 1 : 0;
                    assertThat(node.gateway().terminate()).isIn(0, 143);
                    node.gateway().restart();
                }
            }

            assertThat(restartsUnderLoad)
                    .as("batches ran while nodes were restarted")
                    .isEqualTo(6);
            model.latency(Latency.fixed(Duration.ofMillis(20)));
            for (String id : ids) {
                BatchView batch = nodes.get(0).batches().awaitEnd(id, "completed", Duration.ofMinutes(3));
                assertThat(batch.completed()).isEqualTo(LINES);
                assertThat(nodes.get(1).batches().output(batch).customIds())
                        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, LINES)
                                .mapToObj(i -> "r-" + i)
                                .toList());
                assertThat(Ledgers.of(model, id)).as("nothing was sent twice").hasSize(LINES);
            }
            assertThat(model.stats().mostOpen()).isLessThanOrEqualTo(CAP);
        }
    }

    private static long ended(Nodes nodes, List<String> ids) {
        return ids.stream()
                .filter(id -> nodes.get(0).batches().get(id).isTerminal())
                .count();
    }

    private static Nodes start(SharedStores stores, Simulator model, Path folder) throws IOException {
        Path models = Files.createDirectories(folder.resolve("models"));
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + CAP)
                .write(models);
        return Nodes.start(
                stores,
                folder,
                List.of("one", "two", "three"),
                Map.of("BACKFILL_MODELS_FILE", models.resolve("models.yaml").toString(), "BACKFILL_JOBS_GRACE", "5s"));
    }
}
