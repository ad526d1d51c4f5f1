package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Lease;
import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.fair.MemoryShareTable;
import io.backfill.fair.ShareTable;
import io.backfill.ids.BatchId;
import io.backfill.offload.OffloadPolicy.OnRefusal;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.results.LogEpoch;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader and Jobs whose states the tests set. The tests move the clock and never wait for it. */
class ShardDispatchTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final int SHARDS = 5;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(10);

    private final SettableTime time = SettableTime.standing();
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryResultLogs logs = new MemoryResultLogs(store);
    private final MemoryShardJobs jobs = new MemoryShardJobs();
    private final MemoryShareTable shares = new MemoryShareTable();
    private final TestModels models = new TestModels(TestModels.model("m", 16));
    private final List<Integer> done = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<Integer> ends = new CopyOnWriteArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final List<Thread> leaders = new ArrayList<>();
    private PlanManifest manifest;

    @BeforeEach
    void plan() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < SHARDS * 4; i++) {
            input.append("{\"custom_id\":\"c")
                    .append(i)
                    .append("\",\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n");
        }
        store.put("files/in", input.toString());
        Planner planner = new Planner(store, PlanConfig.DEFAULT, "/v1/x"::equals, model -> true);
        manifest = ((PlanResult.Planned) planner.plan(
                        BATCH, "/v1/x", "files/in", PlanOrder.FILE, lines -> OptionalInt.of(4), () -> false))
                .manifest();
        assertThat(manifest.models()).hasSize(SHARDS);
    }

    @AfterEach
    void nobodyShouldLeadAnyMore() throws InterruptedException {
        for (Thread leader : leaders) {
            leader.interrupt();
            leader.join();
        }
    }

    @Test
    void aJobShouldBeMadeOfAllShardsWithinTheCap() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);

        ShardJobSpec job = jobs.asked().getFirst();
        assertThat(job.generation()).isEqualTo(1);
        assertThat(job.partitions()).containsExactly(0, 1, 2, 3, 4);
        assertThat(job.parallelism()).isEqualTo(4);
        ShardManifest described = ShardManifest.read(new ByteArrayInputStream(store.bytes(job.manifestKey())));
        assertThat(described.slots()).containsExactly(Map.entry("m", 2));
        assertThat(described.epoch()).isEqualTo(1);
        assertThat(described.deadline()).isEqualTo(running.batch().deadline());
        assertThat(job.backstop()).isGreaterThan(Duration.between(time.instant(), described.deadline()));
        assertThat(shares.held("m", "offload/", "")).isEqualTo(8);
        // pods continue without a leader and without a database
        assertThat(shares.length("m", "offload/" + BATCH)).isGreaterThan(job.backstop());
    }

    @Test
    void shardsShouldBeDoneWhenTheirCheckpointSaysSoAndNotBefore() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        finish(2, 1);
        jobs.set(BATCH, 1, all(), Phase.RUNNING);
        await().until(() -> done.equals(List.of(2)));
        assertThat(running.totals().failed()).isEqualTo(4);

        for (int shard : List.of(0, 1, 3, 4)) {
            finish(shard, 1);
        }
        jobs.set(BATCH, 1, all(), Phase.COMPLETE);
        awaitEnd();
        assertThat(done).containsExactlyInAnyOrderElementsOf(all());
        assertThat(running.totals().failed()).isEqualTo(20);
        assertThat(running.abort().isTripped()).isFalse();
        assertThat(jobs.find(BATCH)).isEmpty();
        assertThat(shares.held("m", "offload/", "")).isZero();
    }

    @Test
    void aJobThatIsThereShouldBeAdopted() {
        jobs.set(BATCH, 1, all(), Phase.RUNNING);
        lead(2, OnRefusal.LOCAL);
        await().until(() -> shares.slots("m") > 0);
        assertThat(jobs.asked()).isEmpty();
    }

    @Test
    void aJobThatWasDoneBeforeItsNewLeaderCameShouldHoldNothing() throws IOException {
        shares.exchange(new ShareTable.Ask("m", "offload/" + BATCH, 8, 16, Duration.ofHours(1), false), open -> 8);
        jobs.set(BATCH, 1, all(), Phase.COMPLETE);
        for (int shard : all()) {
            finish(shard, 1);
        }
        lead(2, OnRefusal.LOCAL);
        awaitEnd();
        assertThat(shares.slots("m")).isZero();
    }

    @Test
    void whatAJobLeftShouldGetAnotherOneAndAThirdAndThenTheGateway() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        for (int shard : List.of(0, 1, 2)) {
            finish(shard, 1);
        }
        jobs.set(BATCH, 1, all(), Phase.FAILED);
        awaitAsked(2);
        assertThat(jobs.asked().get(1).partitions()).containsExactly(3, 4);
        // an index that the cluster reports as succeeded does not prove that its shard is done
        jobs.set(BATCH, 2, List.of(3, 4), Phase.COMPLETE);
        awaitAsked(3);
        jobs.set(BATCH, 3, List.of(3, 4), Phase.FAILED);
        awaitEnd();

        assertThat(running.abort().cause()).contains(AbortCause.OFFLOAD_REFUSED);
        assertThat(refusals).singleElement().asString().contains("2 shards are unfinished after 3 Jobs");
        assertThat(jobs.find(BATCH)).isEmpty();
        assertThat(offload().takes(BATCH, manifest)).isFalse();
    }

    @Test
    void podsThatDoNotStartShouldBeWaitedForOnlySoLong() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        jobs.set(
                BATCH,
                1,
                all(),
                Phase.WAITING,
                new ShardProblem(ShardProblem.Kind.IMAGE, OptionalInt.of(0), "no such image"));
        time.advance(START_TIMEOUT.minusSeconds(1));
        jobs.tell(BATCH);
        assertThat(running.abort().isTripped()).isFalse();
        assertThat(offload().takes(BATCH, manifest)).isTrue();
        time.advance(Duration.ofSeconds(2));
        jobs.tell(BATCH);
        awaitEnd();
        assertThat(refusals).singleElement().asString().contains("IMAGE no such image");
        assertThat(offload().takes(BATCH, manifest)).isFalse();
    }

    @Test
    void problemsOfOneKindShouldBeReportedOnceForEachJob() {
        lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        jobs.set(BATCH, 1, all(), Phase.WAITING, refused("pod a"), refused("pod b"));
        await().until(() -> troubles.size() == 1);
        ShardProblem image = new ShardProblem(ShardProblem.Kind.IMAGE, OptionalInt.of(0), "no such image");
        jobs.set(BATCH, 1, all(), Phase.WAITING, image, refused("pod b"), refused("pod c"));
        await().until(() -> troubles.size() == 2);
        jobs.set(BATCH, 2, all(), Phase.WAITING, refused("pod d"));
        await().until(() -> troubles.size() == 3);

        assertThat(troubles).containsExactly("1 REFUSED 2 pod a", "1 IMAGE 1 no such image", "2 REFUSED 1 pod d");
    }

    private static ShardProblem refused(String message) {
        return new ShardProblem(ShardProblem.Kind.REFUSED, OptionalInt.empty(), message);
    }

    @Test
    void aQueueThatHoldsTheJobBackShouldBeWaitedForAsLongAsItTakes() {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        for (int i = 0; i < 5; i++) {
            jobs.set(BATCH, 1, all(), Phase.SUSPENDED);
            time.advance(START_TIMEOUT.minusSeconds(1));
        }
        assertThat(running.abort().isTripped()).isFalse();
        assertThat(refusals).isEmpty();
    }

    @Test
    void aRefusalThatMayPassShouldBeAskedAgain() {
        jobs.refuse(Optional.of(new JobCreation.Refused("quota", true)));
        lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        jobs.refuse(Optional.empty());
        jobs.tell(BATCH);
        await().until(() -> jobs.find(BATCH).size() == 1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void aRefusalForGoodShouldEndTheBatchWhereTheOperatorWantsThat() throws IOException {
        jobs.refuse(Optional.of(new JobCreation.Refused("forbidden", false)));
        RunningBatch running = lead(1, OnRefusal.FAIL);
        awaitEnd();
        assertThat(running.abort().cause()).contains(AbortCause.OFFLOAD_FAILED);
        assertThat(AbortCause.OFFLOAD_FAILED.endsBatch()).isTrue();
        assertThat(offload().takes(BATCH, manifest)).isTrue();
    }

    @Test
    void aRefusalForGoodShouldBeAskedAgainNowAndThenWhereTheOperatorWantsThat() {
        jobs.refuse(Optional.of(new JobCreation.Refused("forbidden", false)));
        RunningBatch running = lead(1, OnRefusal.WAIT);
        awaitAsked(1);
        jobs.tell(BATCH);
        time.advance(Duration.ofSeconds(31));
        jobs.tell(BATCH);
        awaitAsked(2);
        assertThat(refusals).hasSize(1);
        assertThat(running.abort().isTripped()).isFalse();
    }

    @Test
    void whoWaitsForTheClusterShouldHearOfTheEndOfAJobOnce() {
        RunningBatch running = lead(1, OnRefusal.WAIT);
        awaitAsked(1);
        for (int generation = 1; generation <= 3; generation++) {
            jobs.set(BATCH, generation, all(), Phase.FAILED);
            if (generation < 3) {
                awaitAsked(generation + 1);
            }
        }
        await().until(() -> refusals.size() == 1);
        jobs.tell(BATCH);
        jobs.tell(BATCH);
        assertThat(ends).containsExactly(1, 2, 3);
        assertThat(running.abort().isTripped()).isFalse();

        // the cause of the failures may be gone by then
        time.advance(Duration.ofSeconds(31));
        jobs.tell(BATCH);
        awaitAsked(4);
        assertThat(jobs.asked().getLast().generation()).isEqualTo(4);
        assertThat(refusals).hasSize(1);
    }

    @Test
    void anEndOfTheBatchShouldEndItsJobFirst() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        finish(1, 1);
        running.abort().trip(AbortCause.CANCEL);
        awaitEnd();
        assertThat(jobs.find(BATCH)).isEmpty();
        assertThat(done).containsExactly(1);
        assertThat(shares.held("m", "offload/", "")).isZero();
    }

    @Test
    void podsThatDoNotGoShouldKeepTheirCapUntilTheyAreGone() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        jobs.loseNode();
        running.abort().trip(AbortCause.CANCEL);
        await().until(() -> {
            time.advance(Duration.ofSeconds(5));
            jobs.tell(BATCH);
            return leaders.stream().noneMatch(Thread::isAlive);
        });
        assertThat(shares.held("m", "offload/", "")).isEqualTo(8);

        ShardDispatch sweeper = dispatch(OnRefusal.LOCAL);
        assertThat(sweeper.endOrphans(batch -> true, Duration.ZERO)).isZero();
        assertThat(shares.held("m", "offload/", "")).isEqualTo(8);
        assertThat(sweeper.endOrphans(batch -> false, Duration.ZERO)).isEqualTo(1);
        assertThat(shares.held("m", "offload/", "")).isZero();
    }

    @Test
    void aBatchThatTheGatewayRunsByNowShouldLeaveNoJob() throws IOException {
        jobs.set(BATCH, 1, all(), Phase.RUNNING);
        Offload offload = offload();
        assertThat(offload.endOrphans(batch -> true, Duration.ZERO)).isZero();
        store.put(OffloadedBatch.localKey(BATCH), "no pod runs");
        assertThat(offload.endOrphans(batch -> true, Duration.ZERO)).isEqualTo(1);
        assertThat(jobs.find(BATCH)).isEmpty();
    }

    @Test
    void aLeaderThatGoesAwayShouldLeaveTheJobAndItsCap() throws IOException {
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        running.abort().trip(AbortCause.SHUTDOWN);
        awaitEnd();
        assertThat(jobs.find(BATCH)).hasSize(1);
        assertThat(shares.held("m", "offload/", "")).isEqualTo(8);
    }

    @Test
    void otherJobsShouldLeaveNothingToBeHadOfACap() {
        shares.exchange(new ShareTable.Ask("m", "offload/other", 8, 16, Duration.ofHours(1)), allowed -> 8);
        shares.exchange(new ShareTable.Ask("m", "node", 100, 16, Duration.ofHours(1)), allowed -> 0);
        shares.exchange(new ShareTable.Ask("m", "offload/other", 8, 16, Duration.ofHours(1)), allowed -> 8);
        RunningBatch running = lead(1, OnRefusal.LOCAL);
        time.advance(START_TIMEOUT.minusSeconds(1));
        jobs.tell(BATCH);
        assertThat(running.abort().isTripped()).isFalse();
        assertThat(jobs.asked()).isEmpty();
        shares.giveBack("m", "offload/other");
        jobs.tell(BATCH);
        awaitAsked(1);
    }

    @Test
    void whoCannotSendItselfShouldWaitForACapAsForAQueue() {
        shares.exchange(new ShareTable.Ask("m", "offload/other", 16, 16, Duration.ofHours(1)), allowed -> 16);
        RunningBatch running = lead(1, OnRefusal.FAIL);
        for (int i = 0; i < 5; i++) {
            time.advance(START_TIMEOUT);
            jobs.tell(BATCH);
        }
        assertThat(refusals).isEmpty();
        assertThat(running.abort().isTripped()).isFalse();
        assertThat(shares.names("offload/" + BATCH)).isEmpty();
    }

    @Test
    void jobsOfBatchesThatAreOverShouldBeEnded() {
        lead(1, OnRefusal.LOCAL);
        awaitAsked(1);
        jobs.set(SeededIds.batch(9), 1, all(), Phase.RUNNING);
        assertThat(dispatch(OnRefusal.LOCAL).endOrphans(batch -> batch.equals(BATCH), Duration.ZERO))
                .isEqualTo(1);
        assertThat(jobs.find(BATCH)).hasSize(1);
    }

    private static List<Integer> all() {
        return IntStream.range(0, SHARDS).boxed().toList();
    }

    private Offload offload() {
        return new Offload(store, Optional.of(dispatch(OnRefusal.LOCAL)), Runnable::run);
    }

    private ShardDispatch dispatch(OnRefusal onRefusal) {
        return new ShardDispatch(new OffloadContext(
                jobs,
                store,
                logs,
                shares,
                models,
                () -> "models: {}",
                new OffloadPolicy(10, 4, 4, 0.5, START_TIMEOUT, onRefusal, false),
                Duration.ofSeconds(1),
                new Refusals(),
                time,
                time));
    }

    private RunningBatch lead(long epoch, OnRefusal onRefusal) {
        Batch batch = Batch.created(
                        BATCH,
                        TenantId.DEFAULT,
                        new BatchSpec(
                                "file-x",
                                "/v1/x",
                                CompletionWindow.parse("24h").orElseThrow(),
                                Optional.empty(),
                                Optional.empty()),
                        time.instant(),
                        SealedHeaders.NONE)
                .withLease(new Lease("node", epoch, time.instant().plusSeconds(15)));
        RunningBatch running = new RunningBatch(
                batch, Map.of(), new LeaseHold(time, time.getAsLong(), Duration.ofSeconds(15)), new AbortSignal(time));
        ShardDispatch dispatch = dispatch(onRefusal);
        leaders.add(Thread.ofVirtual().start(() -> {
            try {
                dispatch.lead(running, manifest, all(), (partition, totals) -> done.add(partition));
            } catch (InterruptedException endOfTest) {
                Thread.currentThread().interrupt();
            }
        }));
        return running;
    }

    private void awaitAsked(int times) {
        await().until(() -> jobs.asked().size() >= times);
        assertThat(jobs.asked()).hasSize(times);
    }

    private void awaitEnd() {
        await().until(() -> leaders.stream().noneMatch(Thread::isAlive));
    }

    /** Writes the log of a finished shard, as its pod does. */
    private void finish(int shard, long lease) throws IOException {
        ModelPlan plan = manifest.models().get(shard);
        try (ResultLog log = logs.open(BATCH, plan, LogEpoch.ofPod(lease, 0, RandomGenerator.getDefault()));
                PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                byte[] id = ("\"c" + entry.get().line() + "\"").getBytes(StandardCharsets.UTF_8);
                log.append(entry.get(), ResultLine.failed(BATCH, entry.get().line(), id, "x", "y"));
            }
        }
    }

    private final class Refusals implements OffloadObserver {
        @Override
        public void began(ShardJobState job, boolean adopted) {}

        @Override
        public void troubled(ShardJobState job, ShardProblem problem) {}

        @Override
        public void firstOfKind(ShardJobState job, ShardProblem example, int count) {
            troubles.add(job.generation() + " " + example.kind() + " " + count + " " + example.message());
        }

        @Override
        public void ended(ShardJobState job, int left) {
            ends.add(job.generation());
        }

        @Override
        public void refused(BatchId batch, String reason, OnRefusal then) {
            refusals.add(reason);
        }

        @Override
        public void away(BatchId batch, Exception why) {}
    }
}
