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

/** Profile {@code cluster}: Redis dies, loses its data or stops responding, and so does S3, while a batch is being sent. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterStoresAwayIT {
    private static final int CAP = 16;
    private static final int LINES = 1500;

    private SharedStores stores;
    private TcpLink s3;
    private TcpLink redis;
    private Simulator model;
    private Nodes nodes;
    private Node node;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        stores = SharedStores.start("cluster", folder);
        s3 = TcpLink.to(stores.bucketPort());
        redis = TcpLink.to(stores.redis().port());
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
                        "BACKFILL_S3_ENDPOINT",
                        "http://127.0.0.1:" + s3.port(),
                        "BACKFILL_REDIS_URL",
                        "redis://127.0.0.1:" + redis.port(),
                        "BACKFILL_JOBS_GRACE",
                        "3s"));
        node = nodes.get(0);
    }

    @AfterAll
    void stop() throws IOException {
        nodes.close();
        s3.close();
        redis.close();
        model.close();
        stores.close();
    }

    @BeforeEach
    void forget() {
        model.clearLedger();
    }

    @AfterEach
    void repair() {
        s3.pass();
        redis.pass();
        stores.failEveryThirdCall(false);
        stores.redis().start();
    }

    @Test
    void aRedisThatDiesShouldNotBeMissed() {
        BatchView batch = underWay();
        stores.redis().kill();

        BatchView created = node.batches().submit(InputLines.chat("steady", 20));
        node.batches().awaitEnd(created.id(), "completed", Duration.ofSeconds(20));
        stores.redis().start();
        requireWhole(batch, 0);
    }

    @Test
    void aRedisThatForgetsEverythingShouldNotBeMissed() {
        BatchView batch = underWay();
        assertThat(stores.redis().command("FLUSHALL")).isEqualTo("+OK");

        BatchView created = node.batches().submit(InputLines.chat("steady", 20));
        node.batches().awaitEnd(created.id(), "completed", Duration.ofSeconds(20));
        requireWhole(batch, 0);
    }

    @Test
    void aRedisThatFallsSilentShouldNotBeMissed() {
        BatchView batch = underWay();
        redis.blackHole();

        BatchView created = node.batches().submit(InputLines.chat("steady", 20));
        node.batches().awaitEnd(created.id(), "completed", Duration.ofSeconds(30));
        requireWhole(batch, 0);
    }

    @Test
    void anS3ThatIsGoneForAWhileShouldCostTimeOnly() {
        BatchView batch = underWay();
        s3.refuse();
        s3.resetAll();
        awaitQuiet();
        staysQuietForAMinute();
        s3.pass();

        requireWhole(batch, CAP);
    }

    @Test
    void anS3ThatFailsEveryThirdCallShouldCostTimeOnly() {
        stores.failEveryThirdCall(true);
        BatchView batch = underWay();

        requireWhole(batch, CAP);
        assertThat(stores.callsFailed()).isGreaterThan(20);
    }

    @Test
    void aNodeThatDiesOnAnS3ThatFailsEveryThirdCallShouldGoOnWhereItWas() {
        stores.failEveryThirdCall(true);
        BatchView batch = underWay();
        node.gateway().kill9();
        node.gateway().restart();

        requireWhole(batch, CAP);
    }

    @Test
    void anS3ThatFallsSilentForAWhileShouldCostTimeOnly() {
        BatchView batch = underWay();
        s3.blackHole();
        awaitQuiet();
        s3.pass();

        requireWhole(batch, CAP);
    }

    @Test
    void aSlowS3ShouldOnlyBeSlow() {
        s3.slow(Duration.ofMillis(200));
        BatchView batch = underWay();

        requireWhole(batch, 0);
    }

    private BatchView underWay() {
        BatchView batch = node.batches().submit(InputLines.chat("steady", LINES));
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Ledgers.of(model, batch.id()).size() > 200);
        return batch;
    }

    /** Waits until nothing is sent, which must happen soon because nothing can be logged. */
    private void awaitQuiet() {
        long[] before = {-1};
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    long now = model.stats().received();
                    boolean quiet = now == before[0] && model.stats().open() == 0;
                    before[0] = now;
                    return quiet;
                });
    }

    private void staysQuietForAMinute() {
        await().during(Duration.ofMinutes(1))
                .atMost(Duration.ofSeconds(70))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> node.gateway().isAlive() && model.stats().open() == 0);
    }

    private void requireWhole(BatchView batch, int twiceAtMost) {
        BatchView ended = node.batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(3));
        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(node.batches().output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        assertThat(Ledgers.of(model, batch.id()).size() - LINES)
                .as("received twice")
                .isLessThanOrEqualTo(twiceAtMost);
    }
}
