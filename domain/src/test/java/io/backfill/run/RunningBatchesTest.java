package io.backfill.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Lease;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.OutputLengths;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLine;
import io.backfill.tenants.TenantId;
import io.backfill.testing.ListResultLog;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunningBatchesTest {
    private final SettableTime time = SettableTime.standing();
    private final RunningBatches batches = new RunningBatches();

    @Test
    void aBatchShouldBeFoundUnderItsEpochOnly() {
        RunningBatch running = running(1, 4);
        batches.add(running);

        assertThat(batches.find(SeededIds.batch(1), 4)).contains(running);
        assertThat(batches.find(SeededIds.batch(1), 3)).isEmpty();
        assertThat(batches.find(SeededIds.batch(2), 4)).isEmpty();
        assertThat(batches.find(SeededIds.batch(1))).contains(running);
        assertThat(batches.all()).containsExactly(running);
    }

    /** The end of an old execution must not remove the batch if it has been claimed again meanwhile. */
    @Test
    void removingAnOldHoldShouldKeepTheNewOne() {
        RunningBatch old = running(1, 4);
        RunningBatch again = running(1, 5);
        batches.add(old);
        batches.add(again);

        batches.remove(old);
        assertThat(batches.find(SeededIds.batch(1))).contains(again);
        batches.remove(again);
        assertThat(batches.all()).isEmpty();
    }

    /** Regression: a node that stopped closed its catalog while leases were being released, and each counted as the death of a node. */
    @Test
    void awaitNoneShouldAwaitAnEndThatHasAlreadyRemovedItsBatch() throws InterruptedException {
        RunningBatch running = running(1, 4);
        batches.add(running);
        CountDownLatch removed = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Thread end = Thread.ofVirtual()
                .start(() -> batches.end(() -> {
                    batches.remove(running);
                    removed.countDown();
                    uninterruptibly(released);
                }));
        removed.await();

        assertThat(batches.awaitNone(Duration.ofMillis(20))).isFalse();
        released.countDown();
        assertThat(batches.awaitNone(Duration.ofSeconds(10))).isTrue();
        end.join();
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void twoHoldsOfOneEpochShouldStillBeTwo() {
        RunningBatch old = running(1, 4);
        batches.add(running(1, 4));

        batches.remove(old);

        assertThat(batches.all()).hasSize(1);
    }

    @Test
    void onlyTheFirstExecutionShouldBeAdmitted() {
        RunningBatch running = running(1, 4);

        assertThat(running.admits(7)).isTrue();
        assertThat(running.admits(8)).isFalse();
        assertThat(running.admits(7)).isTrue();
    }

    @Test
    void theFenceShouldBeTheLease() {
        RunningBatch running = running(1, 4);
        assertThat(running.maySend()).isTrue();

        time.advance(Duration.ofSeconds(20));

        assertThat(running.maySend()).isFalse();
    }

    @Test
    void totalsShouldBeTheSumOverAllPartitions() {
        RunningBatch running = running(1, 4);
        assertThat(running.totals()).isEqualTo(LogTotals.NONE);
        for (int partition = 0; partition < 3; partition++) {
            ListResultLog log = new ListResultLog();
            log.append(
                    new PlanEntry(0, 1, 0, 0, 0, 0, 0, 1, 1, -1),
                    ResultLine.failed(SeededIds.batch(1), 1, "\"a\"".getBytes(StandardCharsets.UTF_8), "c", "m"));
            running.opened(partition, "m", log, new OutputLengths(0, 0));
        }

        assertThat(running.totals().failed()).isEqualTo(3);
    }

    @Test
    void theExitStatusOfARunningExecutionShouldCountItsLines() {
        RunningBatch running = running(1, 4);
        running.planned(new PlanManifest(
                "files/in",
                30,
                false,
                List.of(
                        new ModelPlan(0, "red", 10, "file", "plan-0", 100, 40),
                        new ModelPlan(1, "blue", 15, "file", "plan-1", 100, 40),
                        new ModelPlan(2, "blue", 5, "file", "plan-2", 100, 40))));
        List<String> shown = new ArrayList<>();
        running.showProgress();
        running.showProgressOn(status -> shown.add(status.text()));
        running.showProgress();

        running.recorded(0, new LogTotals(3, 1, Usage.NONE));
        running.recorded(1, new LogTotals(7, 0, Usage.NONE));
        running.recorded(2, new LogTotals(0, 2, Usage.NONE));

        running.showProgress();
        assertThat(shown)
                .containsExactly(
                        running.id() + " RUNNING 0/30 done, 0 errors", running.id() + " RUNNING 13/30 done, 3 errors");
        assertThat(running.progressOf("blue").text()).isEqualTo("blue 9/20 done, 2 errors");
    }

    @Test
    void theFirstReasonOfAFailureShouldStay() {
        RunningBatch running = running(1, 4);
        assertThat(running.whyFailed()).isEmpty();

        running.failed(new IllegalStateException());
        running.failed(new IllegalStateException("a consequence"));

        assertThat(running.whyFailed()).contains("IllegalStateException");
    }

    @Test
    void threadsShouldBeThoseOfPartitionsThatAreOpen() {
        RunningBatch running = running(1, 4);
        assertThat(running.threads()).isEqualTo(1);

        running.planned(new PlanManifest(
                "files/in",
                5,
                false,
                IntStream.range(0, 5)
                        .mapToObj(i -> new ModelPlan(i, "m" + i, 1, "file", "plan-" + i, 100, 40))
                        .toList()));
        assertThat(running.prefixBound()).hasValue(0.6);
        assertThat(running.threads()).isEqualTo(1);
        assertThat(running.left()).hasSize(5);

        running.dispatched(6, false, 0);
        running.ended("m0");
        running.ended("m0");
        running.ended("m1");

        assertThat(running.threads()).isEqualTo(4);
    }

    private RunningBatch running(int id, long epoch) {
        Batch batch = Batch.created(
                        SeededIds.batch(id),
                        TenantId.DEFAULT,
                        new BatchSpec(
                                "file-x",
                                "/v1/embeddings",
                                CompletionWindow.parse("1h").orElseThrow(),
                                Optional.empty(),
                                Optional.empty()),
                        time.instant(),
                        SealedHeaders.NONE)
                .withLease(new Lease("node", epoch, time.instant().plusSeconds(15)));
        return new RunningBatch(
                batch, Map.of(), new LeaseHold(time, time.getAsLong(), Duration.ofSeconds(15)), new AbortSignal(time));
    }
}
