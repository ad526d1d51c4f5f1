package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.support.Answer;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.HealthPages;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.Nodes;
import io.backfill.it.support.Nodes.Node;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.testing.TcpLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The connection to PostgreSQL is cut, or stops responding, for longer than a lease lasts. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseAwayIT {
    private static final int CAP = 16;
    private static final int LINES = 3000;
    private static final Duration LEASE = Duration.ofSeconds(5);

    private SharedStores stores;
    private TcpLink link;
    private Simulator model;
    private Nodes nodes;
    private Node node;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        stores = SharedStores.start("single", folder);
        link = TcpLink.to(stores.catalog().port());
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        model.latency(Latency.fixed(Duration.ofMillis(50)));
        Path models = Files.createDirectories(folder.resolve("models"));
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + CAP)
                .write(models);
        nodes = Nodes.start(
                stores,
                folder,
                List.of("one"),
                Map.of(
                        "BACKFILL_MODELS_FILE",
                        models.resolve("models.yaml").toString(),
                        "BACKFILL_DB_URL",
                        stores.catalog().urlThrough(link.port()),
                        "BACKFILL_DB_TIMEOUT",
                        "3",
                        "BACKFILL_JOBS_LEASE",
                        LEASE.toSeconds() + "s",
                        "BACKFILL_JOBS_GRACE",
                        "3s"));
        node = nodes.get(0);
    }

    @AfterAll
    void stop() throws IOException {
        nodes.close();
        link.close();
        model.close();
        stores.close();
    }

    @BeforeEach
    void forget() {
        model.clearLedger();
        await().atMost(Duration.ofSeconds(15))
                .until(() -> node.api().get("/v1/batches").status() == 200);
    }

    @AfterEach
    void repair() {
        link.pass();
    }

    @Test
    void aDatabaseThatIsGoneShouldCostTimeOnly() {
        outage(() -> {
            link.refuse();
            link.resetAll();
        });
    }

    @Test
    void aDatabaseThatFallsSilentShouldCostTimeOnly() {
        outage(link::blackHole);
    }

    @Test
    void aDatabaseThatIsGoneForAMinuteShouldCostTimeOnly() {
        outage(
                () -> {
                    link.refuse();
                    link.resetAll();
                },
                Duration.ofMinutes(1));
    }

    private void outage(Runnable begin) {
        outage(begin, Duration.ZERO);
    }

    /** @param more how long the outage lasts after the node has stopped sending */
    private void outage(Runnable begin, Duration more) {
        BatchView batch = node.batches().submit(InputLines.chat("steady", LINES));
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Ledgers.of(model, batch.id()).size() > 300);
        begin.run();

        // nothing is sent once another node may hold the lease
        int[] before = {-1};
        await().atMost(LEASE.plusSeconds(3)).pollInterval(Duration.ofSeconds(1)).until(() -> {
            int now = Ledgers.of(model, batch.id()).size();
            boolean quiet = now == before[0] && model.stats().open() == 0;
            before[0] = now;
            return quiet;
        });
        assertThat(before[0]).isLessThan(LINES);
        HealthPages.assertUpAtOnce(node.gateway().managementUrl());
        Answer answer = node.api().get("/v1/batches/" + batch.id());
        assertThat(answer.expect(503).error().path("type").asText()).isEqualTo("server_error");
        assertThat(node.gateway().isAlive()).isTrue();
        await().during(more)
                .atMost(more.plusSeconds(10))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    HealthPages.assertUpAtOnce(node.gateway().managementUrl());
                    return node.gateway().isAlive() && model.stats().open() == 0;
                });

        link.pass();
        // requests that are already in progress still fail
        await().during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(20))
                .until(() -> node.api().get("/v1/batches/" + batch.id()).status() == 200);
        BatchView ended = node.batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(2));

        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(node.batches().output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        assertThat(Ledgers.of(model, batch.id()).size() - LINES)
                .as("received twice")
                .isLessThanOrEqualTo(CAP);
    }
}
