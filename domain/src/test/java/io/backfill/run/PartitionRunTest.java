package io.backfill.run;

import static io.backfill.testing.RecordingDispatcher.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Lease;
import io.backfill.batches.Priority;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Steering;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.FencedDispatcher;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.ids.BatchId;
import io.backfill.models.ModelTuning;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.results.Assembly;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogEpoch;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.tenants.TenantId;
import io.backfill.testing.FailAfter;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import io.backfill.testing.Party;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.traces.BatchTraces;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PartitionRunTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final int SIZE = 4;
    private static final String TEN_TOKENS =
            "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}";
    private static final DispatchConfig CONFIG =
            new DispatchConfig(3, Duration.ofSeconds(20), Duration.ofMillis(5), Duration.ofSeconds(1));

    private final SettableTime time = SettableTime.standing();
    private final MemoryFileStore store = new MemoryFileStore();
    private final ResultLogs logs = new MemoryResultLogs(store);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final RecordingDispatcher end = RecordingDispatcher.ok();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void everyLineShouldBeSentOnceAndThenItShouldEnd() throws Exception {
        PlanManifest manifest = plan(50);
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, manifest, logs, end)) {
            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(50);
            assertThat(run.next()).isInstanceOf(PartitionRun.Next.End.class);
        }

        assertThat(end.calls()).isEqualTo(50);
        assertThat(running.totals().completed()).isEqualTo(50);
        assertThat(end.mostOpen()).isLessThanOrEqualTo(SIZE);
    }

    /** The process dies after any number of lines. The next owner sends no line whose result is in the log. */
    @Test
    void aCrashAfterAnyLineShouldSendNoFinishedLineAgain() throws Exception {
        PlanManifest manifest = plan(12);
        for (int finished = 0; finished <= 12; finished++) {
            store.deleteFolder(Batch.folder(BATCH) + "/p0");
            RecordingDispatcher first = RecordingDispatcher.ok();
            RunningBatch dies = running(1);
            PartitionRun killed = open(dies, manifest, logs, first);
            drive(killed, finished);
            // calls that are open when the process is killed have no effect, because the log accepts no more results
            dies.abort().trip(AbortCause.LOST_LEASE);
            await().until(() -> first.open() == 0);

            RecordingDispatcher second = RecordingDispatcher.ok();
            try (PartitionRun next = open(running(2), manifest, logs, second)) {
                drive(next, Integer.MAX_VALUE);
            }

            Map<String, Integer> calls = new HashMap<>();
            first.requests().forEach(request -> calls.merge(request.id(), 1, Integer::sum));
            second.requests().forEach(request -> calls.merge(request.id(), 1, Integer::sum));
            assertThat(calls).hasSize(12);
            assertThat(calls.values().stream().filter(count -> count > 1).count())
                    .isLessThanOrEqualTo(SIZE);
            assertThat(second.calls()).isLessThanOrEqualTo(12 - finished);
            Assembly assembly = Assembly.open(store, logs, BATCH, manifest, LogEpoch.ofNode(3));
            assertThat(assembly.unfinished()).isZero();
            assertThat(assembly.totals().completed()).isEqualTo(12);
        }
    }

    @Test
    void aTokenBudgetShouldStopTheCallsAndLoseNoResult() throws Exception {
        PlanManifest manifest = plan(50);
        RecordingDispatcher model = new RecordingDispatcher(RecordingDispatcher.answer(200, TEN_TOKENS));
        RunningBatch first = running(1);
        first.planned(manifest);
        first.steer(budget(95));
        try (PartitionRun run = open(first, manifest, logs, model)) {
            drive(run, Integer.MAX_VALUE);
        }

        assertThat(first.abort().cause()).contains(AbortCause.PAUSE);
        assertThat(first.isSpent()).isTrue();
        assertThat(first.leftOrderly()).isTrue();
        assertThat(model.calls()).isBetween(10, 10 + SIZE);
        assertThat(first.totals().completed()).isEqualTo(model.calls());

        // the next owner, after a crash or a resume with the same budget, sends nothing
        RecordingDispatcher untouched = RecordingDispatcher.ok();
        RunningBatch second = running(2);
        second.planned(manifest);
        second.steer(budget(95));
        try (PartitionRun run = open(second, manifest, logs, untouched)) {
            drive(run, Integer.MAX_VALUE);
        }
        assertThat(untouched.calls()).isZero();
        assertThat(second.isSpent()).isTrue();

        RecordingDispatcher rest = new RecordingDispatcher(RecordingDispatcher.answer(200, TEN_TOKENS));
        RunningBatch third = running(3);
        third.planned(manifest);
        third.steer(budget(500));
        try (PartitionRun run = open(third, manifest, logs, rest)) {
            drive(run, Integer.MAX_VALUE);
        }
        assertThat(third.abort().cause())
                .as("every line is done, so nothing is left to pause")
                .isEmpty();
        assertThat(model.calls() + rest.calls()).isEqualTo(50);
    }

    @Test
    void aBudgetThatIsLoweredWhileLinesAreSentShouldStopThem() throws Exception {
        PlanManifest manifest = plan(50);
        RecordingDispatcher model = new RecordingDispatcher(RecordingDispatcher.answer(200, TEN_TOKENS));
        RunningBatch running = running(1);
        running.planned(manifest);
        try (PartitionRun run = open(running, manifest, logs, model)) {
            drive(run, 10);
            running.steer(budget(1));
            drive(run, Integer.MAX_VALUE);
        }

        assertThat(running.isSpent()).isTrue();
        assertThat(model.calls()).isLessThan(50);
    }

    @Test
    void theOwnersLimitShouldHoldForTheWindow() throws Exception {
        PlanManifest manifest = plan(30);
        RunningBatch running = running(1);
        running.steer(new Steering(Priority.NORMAL, OptionalInt.of(2), OptionalLong.empty()));
        try (PartitionRun run = open(running, manifest, logs, end)) {
            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(30);
        }

        assertThat(end.mostOpen()).isLessThanOrEqualTo(2);
    }

    private static Steering budget(long tokens) {
        return new Steering(Priority.NORMAL, OptionalInt.empty(), OptionalLong.of(tokens));
    }

    /** 250 partitions that wait for slow calls must use almost no processor time. */
    @Test
    void aPartitionThatWaitsShouldWakeSeldom() throws Exception {
        Party party = new Party(SIZE);
        end.holdAt(party);
        try (PartitionRun run = open(running(1), plan(50), logs, end, DispatchConfig.DEFAULT)) {
            fill(run);
            party.awaitGuests();
            int wakes = 0;
            for (long start = System.nanoTime(); System.nanoTime() - start < 1_000_000_000; wakes++) {
                assertThat(run.next()).isInstanceOf(PartitionRun.Next.Tick.class);
                run.awaitFinished();
            }
            assertThat(wakes).isLessThanOrEqualTo(10);
            party.disband();
            drive(run, Integer.MAX_VALUE);
        }
    }

    @Test
    void aResultAndAnAbortShouldWakeAPartitionAtOnce() throws Exception {
        DispatchConfig slow =
                new DispatchConfig(3, Duration.ofSeconds(20), Duration.ofMinutes(10), Duration.ofSeconds(1));
        Party party = new Party(SIZE);
        end.holdAt(party);
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(50), logs, end, slow)) {
            fill(run);
            party.awaitGuests();
            threads.execute(() -> running.abort().trip(AbortCause.CANCEL));
            assertThat(run.awaitFinished()).as("woken by the abort").isZero();
            assertThat(run.aborted()).isTrue();
            threads.execute(party::disband);
            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(SIZE);
        }
    }

    @Test
    void aCancelShouldEndTheRunWhenOpenCallsAreBackAndKeepTheirResults() throws Exception {
        Party party = new Party(SIZE);
        end.holdAt(party);
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(50), logs, end)) {
            fill(run);
            party.awaitGuests();
            running.abort().trip(AbortCause.CANCEL);
            assertThat(run.next()).isInstanceOf(PartitionRun.Next.Tick.class);

            party.disband();

            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(SIZE);
        }
        assertThat(end.calls()).isEqualTo(SIZE);
        assertThat(running.totals().completed()).isEqualTo(SIZE);
    }

    @Test
    void aCancelShouldCutOpenCallsOnlyAfterTheGrace() throws Exception {
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(50), logs, PartitionRunTest::untilCut)) {
            fill(run);
            running.abort().trip(AbortCause.CANCEL);
            time.advance(CONFIG.grace().minusMillis(1));
            run.next();
            assertThat(running.abort().isCut()).isFalse();

            time.advance(Duration.ofMillis(1));
            run.next();

            assertThat(running.abort().isCut()).isTrue();
            assertThat(drive(run, Integer.MAX_VALUE)).isZero();
        }
    }

    @Test
    void aLostLeaseShouldCutOpenCallsAtOnce() throws Exception {
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(50), logs, PartitionRunTest::untilCut)) {
            fill(run);
            running.abort().trip(AbortCause.LOST_LEASE);

            drive(run, Integer.MAX_VALUE);

            assertThat(running.abort().isCut()).isTrue();
        }
    }

    @Test
    void aLeaseThatRanOutShouldSendNothingMore() throws Exception {
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(50), logs, new FencedDispatcher(end))) {
            time.advance(Duration.ofSeconds(20));

            assertThat(drive(run, Integer.MAX_VALUE)).isZero();
        }
        assertThat(end.calls()).isZero();
        assertThat(running.abort().cause()).contains(AbortCause.LOST_LEASE);
    }

    @Test
    void stopShouldWaitForOpenCallsAndRecordTheirResults() throws Exception {
        PlanManifest manifest = plan(50);
        Party party = new Party(SIZE);
        end.holdAt(party);
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, manifest, logs, end)) {
            fill(run);
            party.awaitGuests();
            Thread stopper = Thread.startVirtualThread(() -> {
                await().until(() -> running.abort().isTripped());
                party.disband();
            });

            run.stop();

            stopper.join();
        }
        assertThat(running.abort().cause()).contains(AbortCause.SHUTDOWN);
        assertThat(running.totals().completed()).isEqualTo(SIZE);
        assertThat(end.calls()).isEqualTo(SIZE);
        assertThat(logs.open(BATCH, manifest.models().getFirst(), LogEpoch.ofNode(2))
                        .done()
                        .cardinality())
                .isEqualTo(SIZE);
    }

    @Test
    void anInputThatCannotBeReadShouldFailTheRun() throws Exception {
        PlanManifest manifest = plan(50);
        store.put(manifest.inputKey(), "");
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, manifest, logs, end)) {
            assertThatThrownBy(() -> drive(run, Integer.MAX_VALUE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the store failed while lines were sent");
        }
        assertThat(running.abort().cause()).contains(AbortCause.BROKEN_STORAGE);
        assertThat(end.calls()).isZero();
    }

    @Test
    void aStoreThatFailsForAWhileShouldCostTimeAndNoCall() throws Exception {
        FailAfter failures = FailAfter.calls(5, 6);
        ResultLogs failing = new ResultLogs() {
            @Override
            public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
                return failures.in(logs.open(batch, plan, epoch));
            }

            @Override
            public Checkpoint newest(BatchId batch, int partition) throws IOException {
                return logs.newest(batch, partition);
            }
        };
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(20), failing, end)) {
            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(20);
        }
        assertThat(end.calls()).isEqualTo(20);
        assertThat(running.abort().isTripped()).isFalse();
    }

    /** The runtime closes a chunk that failed. Waiting entries must not be sent, because their results could not be logged. */
    @Test
    void closingARunThatIsNotAtItsEndShouldSendNothingMore() throws Exception {
        Party party = new Party(SIZE);
        end.holdAt(party);
        RunningBatch running = running(1);
        PartitionRun run = open(running, plan(50), logs, end);
        fill(run);
        party.awaitGuests();
        run.close();
        run.close();
        assertThat(running.abort().cause()).contains(AbortCause.BROKEN_STORAGE);
        party.disband();

        await().until(() -> end.open() == 0);
        assertThat(end.calls()).isEqualTo(SIZE);
    }

    @Test
    void aModelThatIsGoneShouldFailItsLines() throws Exception {
        RunningBatch running = running(1);
        PartitionOpener opener = new PartitionOpener(
                store, logs, new TestModels(), end, DispatchObserver.NONE, BatchTraces.NONE, CONFIG, threads);
        try (PartitionRun run = opener.open(running, plan(20), 0)) {
            assertThat(drive(run, Integer.MAX_VALUE)).isEqualTo(20);
        }
        assertThat(running.totals().failed()).isEqualTo(20);
        assertThat(end.calls()).isZero();
    }

    @Test
    void aLargerCapShouldReachABatchThatRuns() throws Exception {
        Party party = new Party(SIZE + 3);
        end.holdAt(party);
        TestModels models = new TestModels(TestModels.model("m", SIZE));
        PartitionOpener opener =
                new PartitionOpener(store, logs, models, end, DispatchObserver.NONE, BatchTraces.NONE, CONFIG, threads);
        try (PartitionRun run = opener.open(running(1), plan(50), 0)) {
            fill(run);
            models.replace(TestModels.model("m", SIZE + 3));
            fill(run);
            party.awaitGuests();
            assertThat(end.open()).isEqualTo(SIZE + 3);
            party.disband();
            assertThat(drive(run, 50)).isEqualTo(50);
        }
    }

    @Test
    void failedLinesShouldCountAsFailed() throws Exception {
        RunningBatch running = running(1);
        try (PartitionRun run = open(running, plan(10), logs, new RecordingDispatcher(answer(400, "{}")))) {
            drive(run, Integer.MAX_VALUE);
        }
        assertThat(running.totals().failed()).isEqualTo(10);
    }

    /**
     * One of four replicas answers all its lines with 400 at once, while the others take their time. Its lane is finished first,
     * and the remaining lines must go to the replicas that answer.
     */
    @Test
    void aLaneWithNothingButErrorsShouldNotTakeTheLinesOfOthers() throws Exception {
        FastRefusal replicas = new FastRefusal();
        RunningBatch running = running(1);
        try (PartitionRun run = fourLanes(replicas).open(running, plan(1000), 0)) {
            untilLaneZeroRests(run, replicas);
            assertThat(replicas.refused).hasValueBetween(100, 300);
            replicas.others.countDown();
            drive(run, Integer.MAX_VALUE);
        }
        assertThat(replicas.refused).as("its own quarter, and one now and then").hasValueBetween(100, 305);
        assertThat(running.totals().failed()).isEqualTo(replicas.refused.get());
        assertThat(running.totals().completed()).isEqualTo(1000 - replicas.refused.get());
    }

    /** The replica has been repaired. A line that it gets now and then detects that. */
    @Test
    void aLaneShouldTakeLinesOverAgainOnceOneSucceeds() throws Exception {
        FastRefusal replicas = new FastRefusal();
        RunningBatch running = running(1);
        try (PartitionRun run = fourLanes(replicas).open(running, plan(2000), 0)) {
            untilLaneZeroRests(run, replicas);
            replicas.mended = true;
            replicas.others.countDown();
            drive(run, Integer.MAX_VALUE);
        }
        assertThat(running.totals().failed()).isEqualTo(replicas.refused.get());
        assertThat(replicas.answered).hasPositiveValue();
    }

    /** Refuses lines of lane 0 at once; lines of the other lanes wait. */
    private static final class FastRefusal implements RequestDispatcher {
        final CountDownLatch others = new CountDownLatch(1);
        final AtomicInteger refused = new AtomicInteger();
        /** Number of lines of lane 0 after the repair. */
        final AtomicInteger answered = new AtomicInteger();

        volatile boolean mended;

        @Override
        public Outcome dispatch(ModelRequest request) throws InterruptedException {
            if (request.scheduling().lane() != 0) {
                others.await();
            } else if (mended) {
                answered.incrementAndGet();
            } else {
                refused.incrementAndGet();
                return answer(400, "{}");
            }
            return answer(200, "{}");
        }
    }

    private PartitionOpener fourLanes(RequestDispatcher replicas) {
        TestModels models = new TestModels(TestModels.model("m", 4, 8, TestModels.QUICK, ModelTuning.DEFAULT));
        return new PartitionOpener(
                store, logs, models, replicas, DispatchObserver.NONE, BatchTraces.NONE, CONFIG, threads);
    }

    /** Drives the run until lane 0 gets no more lines, or has got more than its part. */
    private static void untilLaneZeroRests(PartitionRun run, FastRefusal replicas)
            throws IOException, InterruptedException {
        int quiet = 0;
        while (quiet < 20 && replicas.refused.get() < 600) {
            int before = replicas.refused.get();
            PartitionRun.Next next = run.next();
            if (next instanceof PartitionRun.Next.Entries entries) {
                run.put(entries.entries());
            }
            run.awaitFinished();
            boolean rests = next instanceof PartitionRun.Next.Tick && replicas.refused.get() == before;
            quiet = rests ? quiet + 1 : 0;
        }
    }

    /** A call that returns only when it is cut. */
    private static Outcome untilCut(ModelRequest request) throws InterruptedException {
        Party party = new Party(1);
        try (AbortSignal.Registration _ = request.control().abort().onCut(party::disband)) {
            party.attend();
        }
        return new Outcome.Cancelled();
    }

    /** Does what a chunk step does, until the end or until {@code enough} lines are finished. Returns how many were finished. */
    private static int drive(PartitionRun run, int enough) throws IOException, InterruptedException {
        int finished = 0;
        while (finished < enough) {
            switch (run.next()) {
                case PartitionRun.Next.Entries next -> {
                    run.put(next.entries());
                    finished += run.takeFinished();
                }
                case PartitionRun.Next.Tick _ -> finished += run.awaitFinished();
                case PartitionRun.Next.End _ -> {
                    return finished + run.takeFinished();
                }
            }
        }
        return finished;
    }

    private static void fill(PartitionRun run) throws IOException {
        while (run.next() instanceof PartitionRun.Next.Entries next) {
            run.put(next.entries());
        }
    }

    private PartitionRun open(RunningBatch running, PlanManifest manifest, ResultLogs to, RequestDispatcher chain)
            throws IOException {
        return open(running, manifest, to, chain, CONFIG);
    }

    private PartitionRun open(
            RunningBatch running, PlanManifest manifest, ResultLogs to, RequestDispatcher chain, DispatchConfig config)
            throws IOException {
        TestModels models = new TestModels(TestModels.model("m", SIZE));
        return new PartitionOpener(store, to, models, chain, DispatchObserver.NONE, BatchTraces.NONE, config, threads)
                .open(running, manifest, 0);
    }

    private PlanManifest plan(int lines) throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= lines; i++) {
            input.append(
                    "{\"custom_id\":\"r-" + i
                            + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n");
        }
        store.put("files/in", input.toString());
        PlanResult result = new Planner(store, PlanConfig.DEFAULT, path -> true, model -> true)
                .plan(BATCH, "/v1/chat/completions", "files/in", PlanOrder.FILE, () -> false);
        return ((PlanResult.Planned) result).manifest();
    }

    private RunningBatch running(long epoch) {
        Batch batch = Batch.created(
                        BATCH,
                        TenantId.DEFAULT,
                        new BatchSpec(
                                "file-x",
                                "/v1/chat/completions",
                                CompletionWindow.parse("1h").orElseThrow(),
                                Optional.empty(),
                                Optional.empty()),
                        time.instant(),
                        SealedHeaders.NONE)
                .withLease(new Lease("node", epoch, time.instant().plusSeconds(15)));
        LeaseHold hold = new LeaseHold(time, time.getAsLong(), Duration.ofSeconds(15));
        return new RunningBatch(batch, Map.of(), hold, new AbortSignal(time));
    }
}
