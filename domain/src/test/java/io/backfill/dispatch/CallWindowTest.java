package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.plan.PlanEntry;
import io.backfill.results.LineContent;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.testing.FailAfter;
import io.backfill.testing.ListResultLog;
import io.backfill.testing.MemorySpool;
import io.backfill.testing.Party;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallWindowTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final ListResultLog log = new ListResultLog();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void end() {
        abort.trip(AbortCause.SHUTDOWN);
        abort.cut();
        threads.shutdownNow();
    }

    @Test
    void roomShouldBeSizePlusAheadAndOpenCallsAtMostSize() throws InterruptedException {
        Party party = new Party(4);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CallWindow window = window(4, 3, entry -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            party.attend();
            open.decrementAndGet();
            return done(entry);
        });
        int put = 0;
        for (; hasRoom(window); put++) {
            window.put(List.of(entry(put)));
        }
        assertThat(put).isEqualTo(7);
        party.awaitGuests();
        assertThat(window.isIdle()).isFalse();

        party.disband();

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(most).hasValue(4);
        assertThat(log.lines()).hasSize(7);
        assertThat(hasRoom(window)).isTrue();
        assertThat(window.takeFinished(LONG)).isEqualTo(7);
    }

    @Test
    void aLargerWindowShouldOpenWhatWaitsAtOnceAndASmallerOneNoMore() throws InterruptedException {
        Party first = new Party(5);
        Party second = new Party(1);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger mostLater = new AtomicInteger();
        CallWindow window = window(2, 10, entry -> {
            int now = open.incrementAndGet();
            if (entry.index() < 5) {
                first.attend();
            } else {
                mostLater.accumulateAndGet(now, Math::max);
                second.attend();
            }
            open.decrementAndGet();
            return done(entry);
        });
        window.put(IntStream.range(0, 12).mapToObj(CallWindowTest::entry).toList());

        window.resize(5);
        first.awaitGuests();

        window.resize(1);
        first.disband();
        second.awaitGuests();
        second.disband();
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(12);
        assertThat(mostLater).hasValue(1);
    }

    @Test
    void aLargeResultShouldBeRemovedOnceItIsLoggedOrRefused() throws InterruptedException {
        MemorySpool logged = new MemorySpool(new byte[] {'{', '}'});
        MemorySpool refused = new MemorySpool(new byte[] {'{', '}'});
        Deque<MemorySpool> spools = new ArrayDeque<>(List.of(logged, refused));
        CallWindow window = window(
                1,
                1,
                entry -> Optional.of(new ResultLine(
                        entry.line(),
                        ResultKind.OUTPUT,
                        new LineContent.Around(new byte[0], new Answer.Spooled(spools.remove(), 0), new byte[] {'\n'}),
                        Usage.NONE)));

        window.put(List.of(entry(0)));
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(1);
        assertThat(logged.isClosed()).isTrue();

        window.put(List.of(entry(0)));
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).isPresent();
        assertThat(refused.isClosed()).isTrue();
    }

    /** Appending the result again cannot succeed. The batch is released, and the line is sent again. */
    @Test
    void aResultThatCannotBeReadBackShouldAbortAsBrokenStorage() throws InterruptedException {
        MemorySpool broken = new MemorySpool(new byte[] {'{', '}'}).breaks();
        FailAfter always = FailAfter.calls(0);
        CallWindow window = window(
                1,
                1,
                entry -> Optional.of(new ResultLine(
                        entry.line(),
                        ResultKind.OUTPUT,
                        new LineContent.Around(new byte[0], new Answer.Spooled(broken, 0), new byte[] {'\n'}),
                        Usage.NONE)),
                always.in(log));

        window.put(List.of(entry(0)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(abort.cause()).contains(AbortCause.BROKEN_STORAGE);
        assertThat(always.asked()).isEqualTo(1);
        assertThat(broken.isClosed()).isTrue();
    }

    @Test
    void aSlowCallShouldKeepOnePlaceAndNoMore() throws InterruptedException {
        Party party = new Party(1);
        CallWindow window = window(2, 5, entry -> {
            if (entry.index() == 0) {
                party.attend();
            }
            return done(entry);
        });
        int finished = 0;
        for (int i = 0; i < 200; i++) {
            while (!hasRoom(window)) {
                finished += window.takeFinished(LONG);
            }
            window.put(List.of(entry(i)));
        }
        while (finished < 199) {
            finished += window.takeFinished(LONG);
        }
        assertThat(log.done().get(0)).isFalse();

        party.disband();
        assertThat(window.takeFinished(LONG)).isEqualTo(1);
        assertThat(window.awaitIdle(LONG)).isTrue();
    }

    @Test
    void takeFinishedShouldNotWaitForNothing() throws InterruptedException {
        CallWindow window = window(1, 1, CallWindowTest::done);

        assertThat(window.takeFinished(Duration.ofHours(1))).isZero();
    }

    @Test
    void takeFinishedShouldWaitNoLongerThanItsPatience() throws InterruptedException {
        Party party = new Party(1);
        CallWindow window = window(1, 1, entry -> {
            party.attend();
            return done(entry);
        });
        window.put(List.of(entry(0)));

        assertThat(window.takeFinished(Duration.ofMillis(20))).isZero();
        assertThat(window.awaitIdle(Duration.ofMillis(20))).isFalse();
        party.disband();
        assertThat(window.takeFinished(LONG)).isEqualTo(1);
        assertThat(window.takeFinished(Duration.ZERO)).isZero();
    }

    @Test
    void anAbortShouldDropWhatWaitsAndKeepWhatIsOpen() throws InterruptedException {
        Party party = new Party(2);
        CallWindow window = window(2, 4, entry -> {
            calls.incrementAndGet();
            party.attend();
            return done(entry);
        });
        for (int i = 0; i < 6; i++) {
            window.put(List.of(entry(i)));
        }
        party.awaitGuests();

        abort.trip(AbortCause.CANCEL);
        window.put(List.of(entry(6)));
        assertThat(hasRoom(window)).isFalse();
        party.disband();

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(calls).hasValue(2);
        assertThat(log.done().stream()).containsExactly(0, 1);
        assertThat(window.failure()).isEmpty();
    }

    @Test
    void dropWaitingShouldForgetWhatWaitsWithoutAnAbort() throws InterruptedException {
        Party party = new Party(1);
        CallWindow window = window(1, 4, entry -> {
            party.attend();
            return done(entry);
        });
        for (int i = 0; i < 4; i++) {
            window.put(List.of(entry(i)));
        }
        party.awaitGuests();
        window.dropWaiting();
        party.disband();

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.done().stream()).containsExactly(0);
        window.put(List.of(entry(9)));
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void aLineThatDidNotRunShouldFreeItsPlaceAndNotCount() throws InterruptedException {
        CallWindow window = window(1, 10, entry -> entry.index() % 2 == 0 ? Optional.empty() : done(entry));
        for (int i = 0; i < 10; i++) {
            window.put(List.of(entry(i)));
        }

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.takeFinished(LONG)).isEqualTo(5);
        assertThat(window.failure()).isEmpty();
    }

    @Test
    void anErrorInACallShouldFreeItsPlaceAndAbort() throws InterruptedException {
        OutOfMemoryError error = new OutOfMemoryError("pretended");
        CallWindow window = window(3, 3, entry -> {
            throw error;
        });
        window.put(List.of(entry(0)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).contains(error);
        assertThat(abort.cause()).contains(AbortCause.BROKEN_STORAGE);
    }

    @Test
    void aLineThatCannotBeReadShouldAbortAsBrokenStorage() throws InterruptedException {
        IOException gone = new IOException("the disk is gone");
        CallWindow window = window(1, 5, entry -> {
            calls.incrementAndGet();
            throw gone;
        });
        for (int i = 0; i < 5; i++) {
            window.put(List.of(entry(i)));
        }

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).contains(gone);
        assertThat(calls).hasValue(1);
        assertThat(abort.cause()).contains(AbortCause.BROKEN_STORAGE);
    }

    /** The worst case: reporting the failure fails too. The position in the window is released even so. */
    @Test
    void aFailureThatCannotBeToldShouldStillFreeThePlace() throws InterruptedException {
        abort.onTrip(() -> {
            throw new IllegalStateException("a listener's bug");
        });
        CallWindow window = new CallWindow(
                2,
                2,
                1,
                entry -> {
                    throw new IOException("x");
                },
                log,
                abort,
                threads::submit);
        window.put(List.of(entry(0)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).isPresent();
    }

    @Test
    void anInterruptedCallShouldFreeItsPlaceAndAbort() throws InterruptedException {
        CallWindow window = window(1, 3, entry -> {
            throw new InterruptedException("somebody's");
        });
        window.put(List.of(entry(0)));
        window.put(List.of(entry(1)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).containsInstanceOf(InterruptedException.class);
    }

    @Test
    void aThreadThatCannotBeHadShouldNotTakeAPlace() throws InterruptedException {
        AtomicInteger refusals = new AtomicInteger(2);
        CallWindow window = new CallWindow(1, 1, 1, lane -> done(lane.entry()), log, abort, task -> {
            if (refusals.getAndDecrement() > 0) {
                throw new RejectedExecutionException("no threads");
            }
            threads.execute(task);
        });

        assertThatThrownBy(() -> window.put(List.of(entry(0)))).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> window.put(List.of(entry(0)))).isInstanceOf(RejectedExecutionException.class);
        assertThat(window.isIdle()).isTrue();
        window.put(List.of(entry(0)));
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void aResultThatTheStoreDidNotTakeShouldBeOfferedAgainWithoutAnotherCall() throws InterruptedException {
        FailAfter failures = FailAfter.calls(0, 2);
        CallWindow window = window(1, 1, this::counted, failures.in(log));
        window.put(List.of(entry(0)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(calls).hasValue(1);
        assertThat(failures.asked()).isEqualTo(3);
        assertThat(log.lines()).hasSize(1);
        assertThat(window.takeFinished(LONG)).isEqualTo(1);
        assertThat(abort.isTripped()).isFalse();
    }

    @Test
    void theFirstStageOfAnAbortShouldNotGiveUpAResultThatWasPaidFor() throws InterruptedException {
        FailAfter failures = FailAfter.calls(0, 1);
        CallWindow window = window(1, 1, this::counted, failures.in(log));
        window.put(List.of(entry(0)));
        await().until(() -> failures.asked() == 1);
        abort.trip(AbortCause.CANCEL);

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(1);
        assertThat(window.failure()).isEmpty();
    }

    @Test
    void theSecondStageShouldEndTheOfferingAtOnce() throws InterruptedException {
        FailAfter failures = FailAfter.calls(0);
        CallWindow window = window(2, 1, this::counted, failures.in(log));
        window.put(List.of(entry(0)));
        window.put(List.of(entry(1)));
        await().until(() -> failures.asked() >= 2);
        abort.trip(AbortCause.DEADLINE);
        assertThat(window.isIdle()).isFalse();
        abort.cut();

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(window.failure()).containsInstanceOf(IOException.class);
        assertThat(window.takeFinished(Duration.ZERO)).isZero();
    }

    @Test
    void aLeaseLostWhileTheStoreFailsShouldEndTheOffering() throws InterruptedException {
        FailAfter failures = FailAfter.calls(0);
        CallWindow window = window(1, 1, this::counted, failures.in(log));
        window.put(List.of(entry(0)));
        await().until(() -> failures.asked() == 1);
        abort.trip(AbortCause.LOST_LEASE);

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(failures.asked()).isEqualTo(2);
    }

    @Test
    void aSecondResultForOneLineShouldAbortAndNotBeWritten() throws InterruptedException {
        CallWindow window = window(1, 1, CallWindowTest::done);
        window.put(List.of(entry(0)));
        assertThat(window.awaitIdle(LONG)).isTrue();
        window.put(List.of(entry(0)));

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(1);
        assertThat(window.failure()).containsInstanceOf(IllegalStateException.class);
    }

    @Test
    void aWindowWithoutPlacesShouldBeRefused() {
        assertThatThrownBy(() -> window(0, 1, CallWindowTest::done)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> window(1, 0, CallWindowTest::done)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyLineShouldBeLoggedOnceUnderStress() throws InterruptedException {
        int lines = 20_000;
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CallWindow window = window(64, 64, entry -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            for (int i = entry.index() % 4; i > 0; i--) {
                Thread.yield();
            }
            open.decrementAndGet();
            return done(entry);
        });
        int finished = 0;
        int next = 0;
        while (finished < lines) {
            if (next < lines && hasRoom(window)) {
                window.put(List.of(entry(next++)));
            } else {
                finished += window.takeFinished(LONG);
            }
        }

        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(finished).isEqualTo(lines);
        assertThat(log.done().cardinality()).isEqualTo(lines);
        assertThat(log.lines()).hasSize(lines);
        assertThat(most.get()).isBetween(1, 64);
    }

    /** Aborts at random moments, many times. Afterwards the window is idle, and every call that began is in the log. */
    @Test
    void anAbortAtAnyMomentShouldLeaveTheWindowIdle() throws InterruptedException {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            AbortSignal signal = new AbortSignal(time);
            ListResultLog results = new ListResultLog();
            AtomicInteger begun = new AtomicInteger();
            CallWindow window = new CallWindow(
                    8,
                    8,
                    1,
                    entry -> {
                        begun.incrementAndGet();
                        Thread.yield();
                        return done(entry.entry());
                    },
                    results,
                    signal,
                    threads);
            int tripAt = random.nextInt(100);
            Thread trips = Thread.startVirtualThread(() -> {
                while (begun.get() < tripAt) {
                    LockSupport.parkNanos(1_000);
                }
                signal.trip(AbortCause.CANCEL);
            });
            int next = 0;
            while (!signal.isTripped()) {
                if (hasRoom(window)) {
                    window.put(List.of(entry(next++)));
                } else {
                    window.takeFinished(Duration.ofMillis(10));
                }
            }
            trips.join();

            assertThat(window.awaitIdle(LONG)).isTrue();
            assertThat(results.lines()).hasSize(begun.get());
            assertThat(window.failure()).isEmpty();
        }
    }

    private Optional<ResultLine> counted(PlanEntry entry) {
        calls.incrementAndGet();
        return done(entry);
    }

    private CallWindow window(int size, int ahead, EntryCall call) {
        return window(size, ahead, call, log);
    }

    private CallWindow window(int size, int ahead, EntryCall call, ResultLog to) {
        return new CallWindow(size, ahead, 1, lane -> call.call(lane.entry()), to, abort, threads);
    }

    /** One of two lanes stands still. It keeps its half of the window, and the other lane continues. */
    @Test
    void aLaneThatStandsStillShouldNotTakeThePlacesOfTheOthers() throws InterruptedException {
        Party party = new Party(4);
        CallWindow window = new CallWindow(
                8,
                2,
                2,
                entry -> {
                    if (entry.lane() == 0) {
                        party.attend();
                    }
                    return done(entry.entry());
                },
                log,
                abort,
                threads);
        int finished = 0;
        int next = 0;
        int still = 0;
        while (finished < 500) {
            List<Integer> withRoom = window.lanesWithRoom(3);
            if (!withRoom.isEmpty()) {
                List<LaneEntry> entries = new ArrayList<>();
                for (int lane : withRoom) {
                    still += lane == 0 ? 1 : 0;
                    entries.add(new LaneEntry(entry(next++).entry(), lane));
                }
                window.put(entries);
            } else {
                finished += window.takeFinished(LONG);
            }
        }

        assertThat(still).isEqualTo(4 + 1);
        party.disband();
        assertThat(window.awaitIdle(LONG)).isTrue();
        assertThat(log.lines()).hasSize(next);
    }

    /** A call that uses only the entry. */
    private interface EntryCall {
        Optional<ResultLine> call(PlanEntry entry) throws IOException, InterruptedException;
    }

    private static boolean hasRoom(CallWindow window) {
        return !window.lanesWithRoom(1).isEmpty();
    }

    private static LaneEntry entry(int index) {
        return new LaneEntry(new PlanEntry(index, index + 1, index * 100L, 0, 1, 2, 3, 50, 50, 0), 0);
    }

    private static Optional<ResultLine> done(PlanEntry entry) {
        return Optional.of(ResultLine.failed(
                SeededIds.batch(1), entry.line(), "\"x\"".getBytes(StandardCharsets.US_ASCII), "server_error", "x"));
    }
}
