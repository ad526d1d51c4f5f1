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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch with a line that kills its node: whenever the model receives the line, the node that sent it is killed. */
@Tag("slow")
class OneDeadlyLineIT {
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final int DEATHS = 5;

    @TempDir
    private Path folder;

    @Test
    void afterFiveDeathsItShouldBeSetAsideUntilAnOperatorResumesIt() throws Exception {
        try (SharedStores stores = SharedStores.start("single", folder);
                Simulator deadly = Simulator.start(SimulatorOptions.defaults().withAnyModel());
                Simulator steady = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            Path models = Files.createDirectories(folder.resolve("models"));
            new ModelsYaml()
                    .model("deadly", deadly.baseUrl(), "max-in-flight: 8")
                    .model("steady", steady.baseUrl(), "max-in-flight: 8")
                    .write(models);
            deadly.latency(Latency.fixed(Duration.ofMinutes(2)));
            try (Nodes nodes = Nodes.start(
                    stores,
                    folder,
                    List.of("one", "two"),
                    Map.of(
                            "BACKFILL_MODELS_FILE",
                            models.resolve("models.yaml").toString(),
                            "BACKFILL_JOBS_LEASE",
                            LEASE.toSeconds() + "s"))) {
                String batch = kill(nodes, deadly);
                nodes.restartDead();
                Node node = nodes.get(0);

                await().atMost(LEASE.plusSeconds(20))
                        .until(() -> paused(node, batch).equals("crashed"));
                assertThat(node.batches().get(batch).json().at("/status").asText())
                        .isEqualTo("in_progress");
                int sent = Ledgers.of(deadly, batch).size();
                BatchView other = node.batches().submit(InputLines.chat("steady", 50));
                node.batches().awaitEnd(other.id(), "completed");
                await().during(LEASE.plusSeconds(2))
                        .atMost(LEASE.plusSeconds(10))
                        .until(() -> Ledgers.of(deadly, batch).size() == sent);
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> node.api()
                                        .get("/metrics")
                                        .text()
                                        .lines()
                                        .filter(line -> line.startsWith("backfill_batches_paused"))
                                        .mapToDouble(
                                                line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                                        .sum()
                                == 1);

                deadly.latency(Latency.fixed(Duration.ZERO));
                assertThat(resume(node, batch)).isZero();
                node.batches().awaitEnd(batch, "completed");
                assertThat(paused(node, batch)).isEmpty();
            }
        }
    }

    /** Submits the batch and kills its node whenever it sends the line. Returns the batch after the last death. */
    private static String kill(Nodes nodes, Simulator deadly) {
        String batch =
                nodes.get(0).batches().submit(InputLines.chat("deadly", 8)).id();
        for (int death = 1; death <= DEATHS; death++) {
            int seen = death == 1 ? 0 : Ledgers.of(deadly, batch).size();
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> Ledgers.of(deadly, batch).size() > seen);
            if (death > 2) {
                int alone = seen;
                await().during(Duration.ofSeconds(2))
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> Ledgers.of(deadly, batch).size() == alone + 1);
            }
            nodes.holder(batch).gateway().kill9();
            if (death < DEATHS) {
                nodes.restartDead();
            }
        }
        return batch;
    }

    private static String paused(Node node, String batch) {
        return node.batches().get(batch).json().at("/backfill/paused/reason").asText("");
    }

    private static int resume(Node node, String batch) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("backfill.home", "../..")).toAbsolutePath();
        Process admin = new ProcessBuilder(
                        home.resolve("backfill").toString(),
                        "admin",
                        "resume",
                        batch,
                        "--address",
                        node.gateway().baseUrl().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(admin.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return admin.exitValue();
    }
}
