package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.ids.BatchId;
import io.backfill.offload.ShardManifest;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardFenceTest {
    private static final long OURS = 100;

    private long nanos = 12_345;
    private Checkpoint newest = Checkpoint.NONE;
    private boolean away;
    private Duration answerTime = Duration.ZERO;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AbortSignal abort = new AbortSignal(() -> nanos);
    private final RunningBatch running = running();

    private final ShardFence fence = new ShardFence(
            new ResultLogs() {
                @Override
                public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
                    throw new IOException("a fence opens nothing");
                }

                @Override
                public Checkpoint newest(BatchId batch, int partition) throws IOException {
                    pass(answerTime);
                    if (away) {
                        throw new IOException("no answer in time");
                    }
                    return newest;
                }
            },
            running,
            0,
            new JsonLines(new PrintStream(out), () -> Instant.EPOCH),
            () -> nanos);

    private RunningBatch running() {
        ModelPlan part = new ModelPlan(0, "m", 10, "file", "plan-0", 0, 0);
        Shard shard = new Shard(
                new ShardManifest(
                        SeededIds.batch(1),
                        TenantId.DEFAULT,
                        "/v1/chat/completions",
                        Instant.EPOCH,
                        1,
                        "",
                        Map.of(),
                        SealedHeaders.NONE),
                new PlanManifest("input", 10, true, List.of(part)),
                part,
                Checkpoint.NONE);
        return new RunningBatch(
                shard.batch(), Map.of(), new LeaseHold(() -> nanos, nanos, ShardFence.LENGTH), abort, OURS);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static Checkpoint of(long epoch) {
        return new Checkpoint(epoch, 1, new BitSet(), List.of(), LogTotals.NONE);
    }

    @Test
    void podMaySendAsLongAsTheLogIsItsOwn() {
        for (int i = 0; i < 100; i++) {
            newest = of(i % 2 == 0 ? OURS : OURS - 1);
            fence.lookOnce();
            assertThat(running.maySend()).isTrue();
            pass(Duration.ofSeconds(50));
        }
        assertThat(abort.isTripped()).isFalse();
    }

    @Test
    void laterEpochShouldEndIt() {
        newest = of(OURS + 1);
        fence.lookOnce();
        assertThat(abort.cause()).contains(AbortCause.LOST_LEASE);
    }

    @Test
    void storeThatDoesNotAnswerForAMinuteShouldEndTheSends() {
        newest = of(OURS);
        fence.lookOnce();
        away = true;
        pass(Duration.ofSeconds(57));
        fence.lookOnce();
        assertThat(running.maySend()).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(running.maySend()).isFalse();
        away = false;
        fence.lookOnce();
        assertThat(running.maySend()).isTrue();
    }

    @Test
    void answerShouldCountFromWhenItWasAskedFor() {
        newest = of(OURS);
        answerTime = Duration.ofSeconds(40);
        fence.lookOnce();
        pass(Duration.ofSeconds(19));
        assertThat(running.maySend()).isFalse();
    }

    @Test
    void outageShouldBeToldOnce() {
        away = true;
        for (int i = 0; i < 5; i++) {
            fence.lookOnce();
        }
        assertThat(out.toString().lines()).singleElement().asString().contains("the store does not answer");
    }
}
