package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.ids.BatchId;
import io.backfill.it.support.Answer;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.LoggedResults;
import io.backfill.it.support.PodGateway;
import io.backfill.k8s.fake.Trouble;
import io.backfill.offload.ShardJobSpec;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large batches run as Jobs of a cluster whose pods are processes of the real worker. */
class OffloadIT {
    private static final int CAP = 32;
    private static final int PODS = 4;
    private static final int LINES = 2000;
    private static final Latency QUICK = Latency.fixed(Duration.ofMillis(20));

    /** Lets pods outlast what a test does to them, on a busy machine as well: 2,000 lines take 13 seconds. */
    private static final Latency SLOW = Latency.fixed(Duration.ofMillis(200));

    @TempDir
    private static Path folder;

    private static PodGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = PodGateway.start(
                "single",
                folder,
                CAP,
                Map.of(
                        "BACKFILL_OFFLOAD_MIN_LINES", "1500",
                        "BACKFILL_OFFLOAD_LINES_PER_SHARD", "1000",
                        "BACKFILL_OFFLOAD_MAX_PARALLELISM", Integer.toString(PODS),
                        "BACKFILL_OFFLOAD_RETRIES_PER_SHARD", "1",
                        "BACKFILL_OFFLOAD_START_TIMEOUT", "8s",
                        "BACKFILL_OFFLOAD_API_BATCHES", "true",
                        "BACKFILL_BATCHES_WINDOW_MIN", "5s"));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
    }

    @BeforeEach
    void allShouldBeWell() throws IOException {
        gateway.cluster().trouble(Trouble.NONE);
        gateway.breakIndex("none");
        gateway.model().clearLedger();
        gateway.model().latency(QUICK);
    }

    @Test
    void aBatchOfTwoModelsShouldRunInPods() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(2)));
        BatchView batch = batches().submit(InputLines.chat("steady", 4_000).andChat("other", "o", 4_000));
        awaitPods(batch, 1);

        BatchView ended = batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(3));

        List<String> expected = Stream.concat(
                        IntStream.rangeClosed(1, 4_000).mapToObj(i -> "r-" + i),
                        IntStream.rangeClosed(1, 4_000).mapToObj(i -> "o-" + i))
                .toList();
        assertThat(batches().output(ended).customIds()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(gateway.model().stats().mostOpen()).isLessThanOrEqualTo(CAP);
        assertThat(received(batch)).hasSize(8_000).doesNotHaveDuplicates();
        assertThat(gateway.jobsAskedFor())
                .filteredOn(request -> request.contains(jobOf(batch, 1)))
                .hasSize(1);
        awaitNoPods();
    }

    @Test
    void podsShouldGiveTheResultsThatTheGatewayGives() {
        String file = gateway.node().api().upload(InputLines.chat("steady", 300).andChat("other", "o", 200));
        BatchView pods = create(file, "true");
        BatchView local = create(file, "false");

        Set<String> ofPods = results(batches().awaitEnd(pods.id(), "completed"));
        Set<String> ofGateway = results(batches().awaitEnd(local.id(), "completed"));

        assertThat(ofPods).hasSize(500).isEqualTo(ofGateway);
        assertThat(gateway.jobsAskedFor()).anyMatch(request -> request.contains(jobOf(pods, 1)));
        assertThat(gateway.jobsAskedFor()).noneMatch(request -> request.contains(jobOf(local, 1)));
    }

    @Test
    void countsShouldBeLiveWhilePodsRun() {
        // pods are checked once a second
        gateway.model().latency(Latency.fixed(Duration.ofMillis(500)));
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        batches().await(batch.id(), "some, and not all", view -> view.completed() > 0 && view.completed() < LINES);
        gateway.model().latency(QUICK);
        batches().awaitEnd(batch.id(), "completed");
    }

    @Test
    void aKilledPodShouldCostNoLineThatIsLogged() throws IOException {
        gateway.model().latency(SLOW);
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        awaitReceived(batch, 300);
        gateway.cluster().kill(jobOf(batch, 1), 0);
        Set<String> logged = logged(batch);
        int before = Ledgers.of(gateway.model(), batch.id()).size();
        gateway.model().latency(QUICK);

        requireAllOnce(batches().awaitEnd(batch.id(), "completed"));
        assertThat(after(batch, before)).doesNotContainAnyElementsOf(logged);
        assertThat(received(batch).size() - LINES).as("received twice").isBetween(0, CAP / 2);
    }

    @Test
    void aKilledGatewayShouldAdoptTheJobThatRuns() throws IOException {
        gateway.model().latency(SLOW);
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        awaitReceived(batch, 200);
        gateway.node().gateway().kill9();
        int atKill = Ledgers.of(gateway.model(), batch.id()).size();
        await().until(() -> Ledgers.of(gateway.model(), batch.id()).size() > atKill + 50);
        gateway.model().latency(QUICK);
        gateway.node().gateway().restart();

        requireAllOnce(batches().awaitEnd(batch.id(), "completed"));
        assertThat(received(batch)).hasSize(LINES);
        assertThat(gateway.jobsAskedFor())
                .filteredOn(request -> request.contains(jobOf(batch, 1)))
                .hasSize(1);
        assertThat(gateway.jobsAskedFor()).noneMatch(request -> request.contains(jobOf(batch, 2)));
    }

    @Test
    void aStoppingGatewayShouldLeaveItsPodsAlone() {
        gateway.model().latency(SLOW);
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        awaitReceived(batch, 200);
        assertThat(gateway.node().gateway().terminate()).isIn(0, 143);
        List<Long> pods = gateway.cluster().processes();
        gateway.model().latency(QUICK);
        gateway.node().gateway().restart();

        assertThat(pods).as("pods after the end of the gateway").isNotEmpty();

        requireAllOnce(batches().awaitEnd(batch.id(), "completed"));
        assertThat(received(batch)).hasSize(LINES);
        assertThat(gateway.jobsAskedFor())
                .filteredOn(request -> request.contains(jobOf(batch, 1)))
                .hasSize(1);
    }

    @Test
    void aCancelledBatchShouldKeepWhatItsPodsFinished() {
        gateway.model().latency(SLOW);
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        awaitReceived(batch, 300);
        batches().cancel(batch.id());

        BatchView ended = batches().awaitEnd(batch.id(), "cancelled");
        requireAllOnce(ended);
        assertThat(batches().output(ended).count()).isBetween(250, LINES - 1);
        assertThat(batches().errors(ended).all())
                .allMatch(line -> line.errorCode().equals("batch_cancelled"));
        assertThat(batches().output(ended).count())
                .as("every answer is in the output")
                .isEqualTo(answered(batch));
        awaitNoPods();
    }

    @Test
    void aWindowThatEndsShouldKeepWhatPodsFinished() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(200)));
        BatchView batch = batches().submit(InputLines.chat("steady", LINES), "14s");

        BatchView ended = batches().awaitEnd(batch.id(), "expired");
        requireAllOnce(ended);
        assertThat(batches().output(ended).count()).isBetween(1, LINES - 1);
        assertThat(batches().errors(ended).all())
                .allMatch(line -> line.errorCode().equals("batch_expired"));
        awaitNoPods();
    }

    @Test
    void podsThatNeverStartShouldLeaveTheBatchToTheGateway() {
        gateway.cluster().trouble(Trouble.IMAGE);
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));
        awaitPods(batch, 1);

        requireAllOnce(batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(2)));
        assertThat(received(batch)).hasSize(LINES);
        assertThat(gateway.node().gateway().logs()).contains("BF000242").contains("IMAGE");
        awaitNoPods();
    }

    @Test
    void anIndexThatAlwaysFailsShouldBeTriedThreeTimesAndThenRunHere() throws IOException {
        gateway.breakIndex("0");
        BatchView batch = batches().submit(InputLines.chat("steady", LINES));

        requireAllOnce(batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(2)));
        assertThat(received(batch)).hasSize(LINES);
        for (int generation = 1; generation <= 3; generation++) {
            String job = jobOf(batch, generation);
            assertThat(gateway.jobsAskedFor())
                    .filteredOn(request -> request.contains(job))
                    .hasSize(1);
        }
        assertThat(gateway.jobsAskedFor()).noneMatch(request -> request.contains(jobOf(batch, 4)));
    }

    @Test
    void aBatchMayNotAskForAnythingElse() {
        String file = gateway.node().api().upload(InputLines.chat("steady", 1));
        assertThat(post(file, "maybe").status()).isEqualTo(400);
    }

    private static Batches batches() {
        return gateway.node().batches();
    }

    private static String jobOf(BatchView batch, int generation) {
        return ShardJobSpec.name(new BatchId(batch.id()), generation);
    }

    private static Answer post(String file, String offload) {
        return gateway.node()
                .api()
                .postJson(
                        "/v1/batches",
                        "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"/v1/chat/completions\","
                                + "\"completion_window\":\"24h\",\"metadata\":{\"backfill.offload\":\"" + offload
                                + "\"}}");
    }

    private static BatchView create(String file, String offload) {
        return batches().get(post(file, offload).json().get("id").asText());
    }

    private static void awaitPods(BatchView batch, int generation) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !gateway.cluster().pods(jobOf(batch, generation)).isEmpty());
    }

    private static void awaitReceived(BatchView batch, int lines) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Ledgers.of(gateway.model(), batch.id()).size() >= lines);
    }

    private static void awaitNoPods() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> gateway.cluster().processes().isEmpty());
    }

    private static List<String> received(BatchView batch) {
        return after(batch, 0);
    }

    private static List<String> after(BatchView batch, int before) {
        return Ledgers.of(gateway.model(), batch.id()).stream()
                .skip(before)
                .map(entry -> entry.requestId().orElseThrow())
                .toList();
    }

    private static int answered(BatchView batch) {
        return (int) Ledgers.of(gateway.model(), batch.id()).stream()
                .filter(entry -> entry.status().isPresent())
                .map(LedgerEntry::requestId)
                .distinct()
                .count();
    }

    private static Set<String> logged(BatchView batch) throws IOException {
        return LoggedResults.read(gateway.stores().files().getParent(), batch.id());
    }

    private static void requireAllOnce(BatchView ended) {
        List<String> ids = new ArrayList<>(batches().output(ended).customIds());
        ids.addAll(batches().errors(ended).customIds());
        assertThat(ids)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        assertThat(ended.total()).isEqualTo(LINES);
    }

    /** Returns the lines without the ids that depend on the batch. */
    private static Set<String> results(BatchView ended) {
        return batches().output(ended).all().stream()
                .map(line -> line.customId() + " " + line.statusCode() + " " + line.body())
                .collect(Collectors.toCollection(HashSet::new));
    }
}
