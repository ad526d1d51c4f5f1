package io.backfill.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.SampleBatches;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time and threads belong to the test: tasks run at once, and ticks when the test says so. */
class FollowersTest {
    private static final Set<ResultKind> ALL = EnumSet.allOf(ResultKind.class);

    private final MemoryFileStore store = new MemoryFileStore();
    private final CountedLogs logs = new CountedLogs(new MemoryResultLogs(store));
    private final Queue<Runnable> ticks = new ArrayDeque<>();
    private long now;
    private FeedContract.Play play;
    private Followers followers;

    @BeforeEach
    void start() throws IOException {
        play = new FeedContract.Play(store, logs, 100);
        followers = new Followers(
                play.source,
                new FollowConfig(64, Duration.ofSeconds(15), Duration.ofSeconds(15), Duration.ofMillis(500)),
                Runnable::run,
                (task, nanos) -> ticks.add(task),
                () -> now);
        play.batch.claim();
        play.batch.open();
    }

    private RecordedSink follow(int limit) throws IOException {
        RecordedSink sink = new RecordedSink();
        BatchFeed feed = BatchFeed.open(play.source, play.batch.id());
        sink.begin(followers.follow(feed, FeedCursor.START, ALL, limit, sink, followers.seat(SampleBatches.ADA)));
        return sink;
    }

    private RecordedSink follow() throws IOException {
        return follow(Integer.MAX_VALUE);
    }

    /** Lets time pass in steps of a second, with a tick after each. */
    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now += Duration.ofSeconds(1).toNanos();
            List<Runnable> due = new ArrayList<>(ticks);
            ticks.clear();
            due.forEach(Runnable::run);
        }
    }

    @Test
    void followerShouldGetLinesAsTheyComeAndTheEnd() throws IOException {
        play.batch.finish(3);
        RecordedSink sink = follow();
        assertThat(sink.text().lines()).hasSize(3);
        play.batch.finish(10);
        pass(1);
        assertThat(sink.text().lines()).hasSize(13);
        play.batch.cancel();
        play.batch.end();
        assertThat(sink.last()).isEmpty();
        pass(1);
        assertThat(sink.text().lines()).containsExactlyInAnyOrderElementsOf(play.fileLines());
        FeedCursor end = sink.last().orElseThrow();
        assertThat(FeedContract.lines(play.page(end, ALL, 10))).isEmpty();
        assertThat(followers.count()).isZero();
        assertThat(followers.batches()).isZero();
        pass(1);
        assertThat(ticks).as("no tick without a follower").isEmpty();
    }

    @Test
    void limitShouldEndTheResponseBehindItsLastLine() throws IOException {
        play.batch.finish(10);
        RecordedSink sink = follow(4);
        assertThat(sink.text().lines()).hasSize(4);
        List<String> all = new ArrayList<>(sink.text().lines().toList());
        play.readAll(sink.last().orElseThrow(), all, 100);
        assertThat(all).doesNotHaveDuplicates().hasSize(10);
    }

    @Test
    void blankLineShouldComeEveryFifteenSecondsWithoutAResult() throws IOException {
        RecordedSink sink = follow();
        pass(14);
        assertThat(sink.text()).isEmpty();
        pass(2);
        assertThat(sink.text()).isEqualTo("\n");
        pass(15);
        assertThat(sink.text()).isEqualTo("\n\n");
        play.batch.finish(1);
        pass(2);
        assertThat(sink.text()).startsWith("\n\n{").endsWith("}\n");
    }

    @Test
    void clientThatDoesNotReadShouldBeCutAndDelayNoOther() throws IOException {
        RecordedSink slow = follow();
        RecordedSink other = follow();
        slow.stopReading();
        play.batch.finish(5);
        pass(1);
        assertThat(other.text().lines()).hasSize(5);
        pass(13);
        assertThat(slow.isCut()).isFalse();
        pass(3);
        assertThat(slow.isCut()).isTrue();
        assertThat(other.isCut()).isFalse();
        assertThat(followers.count()).isEqualTo(1);
    }

    @Test
    void clientThatReadsAgainInTimeShouldMissNothing() throws IOException {
        RecordedSink sink = follow();
        sink.stopReading();
        play.batch.finish(5);
        pass(10);
        sink.readAgain();
        assertThat(sink.text().lines()).hasSize(5);
        pass(30);
        assertThat(sink.isCut()).isFalse();
    }

    /** The cost for the store must not grow with the number of followers. */
    @Test
    void batchShouldBeLookedAtOnceForAllFollowersAndNotAtAllWhileNothingHappens() throws IOException {
        for (int i = 0; i < 30; i++) {
            follow();
        }
        int before = logs.looks.get();
        play.batch.finish(5);
        pass(1);
        assertThat(logs.looks.get() - before).isEqualTo(1);
        pass(10);
        assertThat(logs.looks.get() - before).isEqualTo(1);
    }

    @Test
    void tenantShouldGetHalfOfThePlacesAndThenBeRefused() throws IOException {
        for (int i = 0; i < 32; i++) {
            follow();
        }
        assertThatThrownBy(this::follow)
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED));
        followers.seat(SampleBatches.BOB).close();
    }

    @Test
    void stopShouldCutAllAndRefuseNewOnes() throws IOException {
        RecordedSink sink = follow();
        followers.close();
        assertThat(sink.isCut()).isTrue();
        assertThatThrownBy(this::follow)
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void followerOfADeletedBatchShouldBeCut() throws IOException {
        play.batch.cancel();
        RecordedSink sink = follow();
        play.batch.end();
        play.batches.remove(List.of(play.batch.id()));
        pass(1);
        assertThat(sink.isCut()).isTrue();
    }

    /** Counts reads of checkpoints. */
    private record CountedLogs(ResultLogs logs, AtomicInteger looks) implements ResultLogs {
        CountedLogs(ResultLogs logs) {
            this(logs, new AtomicInteger());
        }

        @Override
        public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
            return logs.open(batch, plan, epoch);
        }

        @Override
        public Checkpoint newest(BatchId batch, int partition) throws IOException {
            looks.incrementAndGet();
            return logs.newest(batch, partition);
        }
    }
}
