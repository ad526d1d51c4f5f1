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
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Two nodes on the same stores, one of which dies, stops, or is suspended for too long. */
@ParameterizedClass(name = "{0}")
@MethodSource("profiles")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoNodesIT {
    private static final int CAP = 16;
    private static final int LINES = 1200;
    private static final Duration LEASE = Duration.ofSeconds(5);

    /**
     * Not read. Without a field the class would have to take its profile in a constructor, which is not possible with one instance
     * for all tests.
     */
    @Parameter
    private String unread;

    private SharedStores stores;
    private Simulator model;
    private Nodes nodes;

    /** The profile with fewer parts runs with the tests tagged {@code slow}: what differs has tests of its own. */
    static Stream<String> profiles() {
        boolean all = System.getProperty("backfill.tests.excluded", "").isEmpty();
        return all ? Stream.of("single", "cluster") : Stream.of("cluster");
    }

    @BeforeParameterizedClassInvocation
    void start(String profile, @TempDir Path folder) throws IOException {
        stores = SharedStores.start(profile, folder);
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        Path models = Files.createDirectories(folder.resolve("models"));
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + CAP)
                .write(models);
        nodes = Nodes.start(
                stores,
                folder,
                List.of("one", "two"),
                Map.of(
                        "BACKFILL_MODELS_FILE",
                        models.resolve("models.yaml").toString(),
                        "BACKFILL_JOBS_LEASE",
                        LEASE.toSeconds() + "s",
                        "BACKFILL_JOBS_GRACE",
                        "3s"));
    }

    @AfterParameterizedClassInvocation
    void stop() throws IOException {
        nodes.close();
        model.close();
        stores.close();
    }

    @BeforeEach
    void bothShouldRun() {
        nodes.restartDead();
        model.clearLedger();
        model.latency(Latency.fixed(Duration.ofMillis(30)));
    }

    @Test
    void whatOneNodeTookTheOtherShouldKnow() {
        String file = nodes.get(0).api().upload(InputLines.chat("steady", 40));
        BatchView batch = nodes.get(1).batches().create(file);

        BatchView ended = nodes.get(0).batches().awaitEnd(batch.id(), "completed");
        assertThat(nodes.get(1).batches().output(ended).customIds()).hasSize(40).doesNotHaveDuplicates();
        assertThat(nodes.get(1).batches().get(batch.id()).json()).isEqualTo(ended.json());
    }

    @Test
    void theCapShouldHoldOverBothNodes() {
        model.latency(Latency.fixed(Duration.ofMillis(100)));
        List<String> ids = new ArrayList<>();
        // more batches than one node takes for a model, so that both nodes get some whatever the order of their claims
        for (int i = 0; i < 12; i++) {
            ids.add(nodes.get(i % 2)
                    .batches()
                    .submit(InputLines.chat("steady", 150))
                    .id());
        }
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> stores.catalog().shareholders("steady") == 2);
        ids.forEach(id -> nodes.get(0).batches().awaitEnd(id, "completed", Duration.ofMinutes(2)));

        assertThat(model.stats().mostOpen()).isLessThanOrEqualTo(CAP);
    }

    @Test
    void aKilledNodesBatchShouldGoOnElsewhereSoonAfterItsLease() throws IOException {
        BatchView batch = underWay();
        Node holder = nodes.holder(batch.id());
        Node other = nodes.other(holder);
        holder.gateway().kill9();
        long killedAt = System.nanoTime();
        Set<String> answered = awaitQuietAnswers(batch);
        int before = Ledgers.of(model, batch.id()).size();

        await().atMost(LEASE.plusSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Ledgers.of(model, batch.id()).size() > before);
        assertThat(Duration.ofNanos(System.nanoTime() - killedAt)).isLessThan(LEASE.plusSeconds(10));

        BatchView ended = other.batches().awaitEnd(batch.id(), "completed");
        requireEveryLineOnce(other, ended);
        List<String> again = Ledgers.of(model, batch.id()).stream()
                .skip(before)
                .map(entry -> entry.requestId().orElseThrow())
                .filter(answered::contains)
                .toList();
        assertThat(again).as("received twice").hasSizeLessThanOrEqualTo(CAP);
    }

    @Test
    void aStoppingNodesBatchShouldGoOnElsewhereAtOnce() {
        BatchView batch = underWay();
        Node holder = nodes.holder(batch.id());
        assertThat(holder.gateway().terminate()).as("exit status").isEqualTo(128 + 15);
        int sent = Ledgers.of(model, batch.id()).size();

        // the lease was released, so the other node does not wait until it expires
        await().atMost(LEASE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Ledgers.of(model, batch.id()).size() > sent);
        Node other = nodes.other(holder);
        BatchView ended = other.batches().awaitEnd(batch.id(), "completed");
        requireEveryLineOnce(other, ended);
        assertThat(Ledgers.of(model, batch.id())).as("nothing was sent twice").hasSize(LINES);
    }

    @Test
    void aNodeThatSleptPastItsLeaseShouldChangeNothing() throws IOException {
        BatchView batch = underWay();
        Node holder = nodes.holder(batch.id());
        Node other = nodes.other(holder);
        holder.signal("STOP");
        BatchView ended;
        int sent;
        String row;
        byte[] output;
        try {
            ended = other.batches().awaitEnd(batch.id(), "completed");
            sent = Ledgers.of(model, batch.id()).size();
            row = stores.catalog().row(batch.id());
            output = other.batches().content(ended.outputFile().orElseThrow());
        } finally {
            holder.signal("CONT");
        }

        // it resumes with open calls, and detects that it has lost the lease
        await().atMost(Duration.ofSeconds(30))
                .until(() -> holder.gateway().logs().contains("BF000202"));
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(stores.catalog().row(batch.id())).isEqualTo(row));
        assertThat(other.batches().content(ended.outputFile().orElseThrow())).isEqualTo(output);
        assertThat(Ledgers.of(model, batch.id()).size() - sent)
                .as("sent after it woke")
                .isLessThanOrEqualTo(CAP);
        requireEveryLineOnce(other, ended);
        // and it works again
        BatchView next = holder.batches().submit(InputLines.chat("steady", 20));
        holder.batches().awaitEnd(next.id(), "completed");
    }

    /** Returns a batch of which some hundred lines have been sent. */
    private BatchView underWay() {
        BatchView batch = nodes.get(0).batches().submit(InputLines.chat("steady", LINES));
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Ledgers.of(model, batch.id()).size() > 300);
        return batch;
    }

    private Set<String> awaitQuietAnswers(BatchView batch) {
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> model.stats().open() == 0);
        Set<String> ids = new HashSet<>();
        for (LedgerEntry entry : Ledgers.of(model, batch.id())) {
            ids.add(entry.requestId().orElseThrow());
        }
        return ids;
    }

    private static void requireEveryLineOnce(Node node, BatchView ended) {
        assertThat(ended.completed()).isEqualTo(LINES);
        assertThat(ended.errorFile()).isEmpty();
        assertThat(node.batches().output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
    }
}
