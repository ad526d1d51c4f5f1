package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.plan.PlanEntry;
import io.backfill.results.ResultLine;
import io.backfill.testing.ListResultLog;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** One thread fills and empties a window with several lanes, as a chunk step does, while its calls end at once or later. */
@Timeout(60)
class CallWindowStressTest {
    /** Far longer than anything in this test takes. A wait of this length means that a wake-up was lost. */
    private static final Duration NEVER = Duration.ofSeconds(20);

    private static final int LINES = 3000;

    private final AbortSignal abort = new AbortSignal(SettableTime.standing());
    private final ListResultLog log = new ListResultLog();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicIntegerArray calls = new AtomicIntegerArray(LINES);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<AtomicInteger> openInLane = new ArrayList<>();
    private final List<AtomicInteger> mostInLane = new ArrayList<>();
    /** Number of lines put so far; any of them may have been called. */
    private int put;

    private int finished;

    @AfterEach
    void end() {
        abort.trip(AbortCause.SHUTDOWN);
        threads.shutdownNow();
    }

    @RepeatedTest(12)
    void everyEntryShouldBeCalledOnceWithinItsLanesShare(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int size = 1 + random.nextInt(24);
        int lanes = 1 + random.nextInt(6);
        CallWindow window = window(size, 1 + random.nextInt(40), lanes, random.nextInt(5));

        while (finished < LINES) {
            step(window);
        }

        assertThat(window.awaitIdle(NEVER)).isTrue();
        assertThat(finished).isEqualTo(LINES);
        assertThat(log.done().cardinality()).isEqualTo(LINES);
        for (int line = 0; line < LINES; line++) {
            assertThat(calls.get(line)).as("calls of %d", line).isEqualTo(1);
        }
        assertWithinShares(size, lanes);
        assertThat(window.failure()).isEmpty();
    }

    /** An abort at any moment: every line that was called is in the log, no other line was called, and the window is empty. */
    @RepeatedTest(40)
    void anAbortShouldLeaveNothingInAnyLane(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int size = 1 + random.nextInt(16);
        int lanes = 1 + random.nextInt(6);
        int tripAt = random.nextInt(LINES / 4);
        CallWindow window = window(size, 1 + random.nextInt(40), lanes, random.nextInt(5));
        Thread trips = Thread.startVirtualThread(() -> {
            while (log.totals().completed() + log.totals().failed() < tripAt) {
                LockSupport.parkNanos(1_000);
            }
            abort.trip(AbortCause.CANCEL);
        });

        while (!abort.isTripped() && put < LINES) {
            step(window);
        }
        trips.join();
        // entries are no longer taken; one that is put now is dropped
        window.put(List.of(entry(LINES - 1, 0)));

        assertThat(window.awaitIdle(NEVER)).isTrue();
        assertThat(window.isIdle()).isTrue();
        finished += window.takeFinished(NEVER);
        assertThat(finished).isEqualTo(log.done().cardinality());
        for (int line = 0; line < LINES; line++) {
            assertThat(calls.get(line))
                    .as("calls of %d", line)
                    .isEqualTo(log.done().get(line) ? 1 : 0);
        }
        assertThat(log.done().length()).isLessThanOrEqualTo(put);
        assertWithinShares(size, lanes);
        assertThat(window.failure()).isEmpty();
    }

    /** Waiting entries are dropped repeatedly, as at the end of an execution. Entries that are put afterwards run as usual. */
    @RepeatedTest(12)
    void droppedEntriesShouldNotRunAndNotBeWaitedFor(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int lanes = 1 + random.nextInt(4);
        int size = 1 + random.nextInt(8);
        CallWindow window = window(size, 1 + random.nextInt(20), lanes, 3);
        while (put < LINES) {
            step(window);
            if (random.nextInt(50) == 0) {
                window.dropWaiting();
            }
        }

        assertThat(window.awaitIdle(NEVER)).isTrue();
        finished += window.takeFinished(NEVER);
        assertThat(finished).isEqualTo(log.done().cardinality()).isBetween(1, LINES);
        for (int line = 0; line < LINES; line++) {
            assertThat(calls.get(line)).isEqualTo(log.done().get(line) ? 1 : 0);
        }
        assertWithinShares(size, lanes);
    }

    /** One step of the chunk thread: puts entries where there is room, or else waits for results. */
    private void step(CallWindow window) throws InterruptedException {
        List<LaneEntry> entries = new ArrayList<>();
        for (int lane : window.lanesWithRoom(Math.min(1 + put % 7, LINES - put))) {
            entries.add(entry(put++, lane));
        }
        if (!entries.isEmpty()) {
            window.put(entries);
            return;
        }
        long before = System.nanoTime();
        finished += window.takeFinished(NEVER);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("nobody said that lines were finished")
                .isLessThan(NEVER);
    }

    private void assertWithinShares(int size, int lanes) {
        assertThat(most.get()).isBetween(1, size);
        assertThat(mostInLane)
                .allSatisfy(lane -> assertThat(lane.get()).isLessThanOrEqualTo(Math.ceilDiv(size, lanes)));
        assertThat(open.get()).isZero();
    }

    /** @param yields maximum number of times that a call yields its thread */
    private CallWindow window(int size, int ahead, int lanes, int yields) {
        for (int lane = 0; lane < lanes; lane++) {
            openInLane.add(new AtomicInteger());
            mostInLane.add(new AtomicInteger());
        }
        LineCall call = entry -> {
            calls.incrementAndGet(entry.entry().index());
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            mostInLane
                    .get(entry.lane())
                    .accumulateAndGet(openInLane.get(entry.lane()).incrementAndGet(), Math::max);
            for (int i = yields == 0 ? 0 : entry.entry().index() % (yields + entry.lane() + 1); i > 0; i--) {
                Thread.yield();
            }
            openInLane.get(entry.lane()).decrementAndGet();
            open.decrementAndGet();
            return done(entry.entry());
        };
        return new CallWindow(size, ahead, lanes, call, log, abort, threads);
    }

    private static LaneEntry entry(int index, int lane) {
        return new LaneEntry(new PlanEntry(index, index + 1, index * 100L, 0, 1, 2, 3, 50, 50, 0), lane);
    }

    private static Optional<ResultLine> done(PlanEntry entry) {
        return Optional.of(ResultLine.failed(
                SeededIds.batch(1), entry.line(), "\"x\"".getBytes(StandardCharsets.US_ASCII), "server_error", "x"));
    }
}
