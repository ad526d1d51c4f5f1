package io.backfill.dispatch;

import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanRanges;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/**
 * The sliding window of one partition: {@code size} places for open calls and {@code ahead} more for entries that wait. A worker,
 * one virtual thread per open call, takes the next entry, makes the call, appends the result to the log, and takes the next;
 * its place is free when the line is logged. There is no barrier: a slow call keeps one place, not a chunk.
 *
 * <p>Entries come from lanes, one per range of the plan, and each lane has its share of the places: one whose replica is slow
 * does not take those of the others.
 *
 * <p>An abort drops the entries that wait; workers finish what is open. A result that the store does not take is kept and
 * offered again until the abort's second stage, for its call was paid for. Whatever goes wrong in a worker, its place
 * becomes free.
 */
public final class CallWindow {
    private static final Duration FIRST_APPEND_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_APPEND_PAUSE = Duration.ofSeconds(5);

    /** Waiting entries that a lane may have. */
    private final int aheadPerLane;

    private final LineCall call;
    private final ResultLog log;
    private final AbortSignal abort;
    private final Executor threads;

    /** Guards everything below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final List<Lane> lanes = new ArrayList<>();
    private int size;
    /** Open calls that a lane may have. */
    private int openPerLane;

    private int open;
    private int waiting;
    private int finished;
    /** Lines in the output file. */
    private long succeeded;
    /** A lane has used up half of what waited: it is worth waking whoever fills the window, who need not hear of every line. */
    private boolean hungry;

    private boolean woken;

    private Optional<Throwable> failure = Optional.empty();

    /** The entries of one range. */
    private static final class Lane {
        final Deque<LaneEntry> waiting = new ArrayDeque<>();
        final LaneErrors errors = new LaneErrors();
        int open;

        int held() {
            return open + waiting.size();
        }
    }

    /**
     * @param size open calls at most, at least 1
     * @param ahead entries that wait at most, at least 1
     * @param lanes lanes that entries come from, at least 1
     * @param threads starts a virtual thread per task
     */
    public CallWindow(
            int size, int ahead, int lanes, LineCall call, ResultLog log, AbortSignal abort, Executor threads) {
        if (size < 1 || ahead < 1 || lanes < 1) {
            throw new IllegalArgumentException(
                    "size, ahead and lanes must be at least 1: " + size + ", " + ahead + ", " + lanes);
        }
        this.size = size;
        this.openPerLane = Math.ceilDiv(size, lanes);
        this.aheadPerLane = Math.ceilDiv(ahead, lanes);
        for (int lane = 0; lane < lanes; lane++) {
            this.lanes.add(new Lane());
        }
        this.call = call;
        this.log = log;
        this.abort = abort;
        this.threads = threads;
    }

    /** Changes how many calls may be open, at least 1. What is open too much goes on, but no more is begun. */
    public void resize(int newSize) {
        lock.lock();
        try {
            boolean grows = newSize > size;
            size = newSize;
            openPerLane = Math.ceilDiv(newSize, lanes.size());
            if (grows && !abort.isTripped()) {
                lanes.forEach(this::startWaiting);
            }
        } finally {
            lock.unlock();
        }
    }

    private void startWaiting(Lane lane) {
        while (mayOpen(lane) && !lane.waiting.isEmpty()) {
            startWorker(lane, lane.waiting.getFirst());
            lane.waiting.removeFirst();
            waiting--;
        }
    }

    /**
     * The lanes that the next entries may be put in from, at most {@code most}: always the one that holds least. None when
     * {@link #put} is not to be called.
     */
    public List<Integer> lanesWithRoom(int most) {
        return lanesWithRoom(most, lane -> true);
    }

    /**
     * As {@link #lanesWithRoom(int)}.
     *
     * @param hasOwn whether a lane has entries of its own left; one that has not gets others' only as {@link #takeOver} says. Must not
     *     block
     */
    public List<Integer> lanesWithRoom(int most, IntPredicate hasOwn) {
        lock.lock();
        try {
            if (abort.isTripped()) {
                return List.of();
            }
            int[] held = new int[lanes.size()];
            int[] room = new int[held.length];
            for (int lane = 0; lane < held.length; lane++) {
                held[lane] = lanes.get(lane).held();
                room[lane] = roomOf(lanes.get(lane), hasOwn.test(lane)) - held[lane];
            }
            List<Integer> withRoom = new ArrayList<>();
            for (int lane = least(held, room); lane >= 0 && withRoom.size() < most; lane = least(held, room)) {
                held[lane]++;
                room[lane]--;
                withRoom.add(lane);
            }
            return withRoom;
        } finally {
            lock.unlock();
        }
    }

    private int roomOf(Lane lane, boolean hasOwn) {
        if (hasOwn || !lane.errors.only()) {
            return openPerLane + aheadPerLane;
        }
        return lane.errors.isProbeDue(succeeded) ? 1 : 0;
    }

    /**
     * What a lane without entries of its own may take from others, asked once for each time that it does. One whose last lines were all
     * errors, however fast, must not take those that another would get answers for.
     */
    public PlanRanges.TakeOver takeOver(int lane) {
        lock.lock();
        try {
            LaneErrors errors = lanes.get(lane).errors;
            if (!errors.only()) {
                return PlanRanges.TakeOver.HALF;
            }
            return errors.tryProbe(succeeded) ? PlanRanges.TakeOver.ONE : PlanRanges.TakeOver.NOTHING;
        } finally {
            lock.unlock();
        }
    }

    /** The lane with room that holds least; -1 when none has room. */
    private static int least(int[] held, int[] room) {
        int best = -1;
        for (int lane = 0; lane < held.length; lane++) {
            if (room[lane] > 0 && (best < 0 || held[lane] < held[best])) {
                best = lane;
            }
        }
        return best;
    }

    /**
     * Takes entries; never waits. After an abort they are dropped: they have not run.
     *
     * @throws java.util.concurrent.RejectedExecutionException when no thread can be had; that entry and those after it are not
     *     taken then
     */
    public void put(List<LaneEntry> entries) {
        lock.lock();
        try {
            if (abort.isTripped()) {
                return;
            }
            entries.forEach(this::take);
        } finally {
            lock.unlock();
        }
    }

    private void take(LaneEntry entry) {
        Lane lane = lanes.get(entry.lane());
        // a worker begins with its entry in hand: an entry never counts as waiting and as open
        if (mayOpen(lane)) {
            startWorker(lane, entry);
        } else {
            lane.waiting.add(entry);
            waiting++;
        }
    }

    private boolean mayOpen(Lane lane) {
        return open < size && lane.open < openPerLane;
    }

    /**
     * Lines finished since the last call of this method; waits up to {@code patience} for some, and until a lane wants more. A
     * {@link #wake} ends the wait.
     */
    public int takeFinished(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while ((finished == 0 || !hungry) && !woken && left > 0 && (open > 0 || waiting > 0)) {
                left = changed.awaitNanos(left);
            }
            int taken = finished;
            finished = 0;
            hungry = false;
            woken = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the current wait in {@link #takeFinished}, or the next one: there is something else to look at. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the entries that wait: they have not run. Open calls go on. */
    public void dropWaiting() {
        lock.lock();
        try {
            forgetWaiting();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing waits and no call is open. */
    public boolean isIdle() {
        lock.lock();
        try {
            return open == 0 && waiting == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the window is idle, at most {@code patience}. True when it is. */
    public boolean awaitIdle(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (open > 0 || waiting > 0) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Why the window gave up, if it did: the store failed, or a bug. */
    public Optional<Throwable> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    private void startWorker(Lane lane, LaneEntry first) {
        boolean started = false;
        enter(lane);
        try {
            threads.execute(() -> work(lane, first));
            started = true;
        } finally {
            if (!started) {
                leave(lane);
                changed.signalAll();
            }
        }
    }

    private void enter(Lane lane) {
        open++;
        lane.open++;
    }

    private void leave(Lane lane) {
        open--;
        lane.open--;
    }

    private void work(Lane first, LaneEntry entry) {
        Lane lane = first;
        Optional<LaneEntry> next = Optional.of(entry);
        while (next.isPresent()) {
            boolean logged = false;
            LaneEntry current = next.get();
            next = Optional.empty();
            try {
                logged = settle(current);
            } finally {
                next = nextAfter(lane, logged);
            }
            lane = next.map(taken -> lanes.get(taken.lane())).orElse(lane);
        }
    }

    /** Counts a call that is over and takes the next entry; empty: this worker's place is free then. */
    private Optional<LaneEntry> nextAfter(Lane lane, boolean logged) {
        lock.lock();
        try {
            finished += logged ? 1 : 0;
            leave(lane);
            if (abort.isTripped()) {
                forgetWaiting();
            }
            Lane from = lane.waiting.isEmpty() ? neediest() : lane;
            if (from.waiting.size() <= aheadPerLane / 2) {
                hungry = true;
            }
            LaneEntry entry = mayOpen(from) ? from.waiting.poll() : null;
            if (entry != null) {
                waiting--;
                enter(from);
            }
            if (hungry || entry == null) {
                changed.signalAll();
            }
            return Optional.ofNullable(entry);
        } finally {
            lock.unlock();
        }
    }

    /** Among the lanes that have fewer calls open than they may, the one with most entries waiting. */
    private Lane neediest() {
        Lane best = lanes.getFirst();
        for (Lane lane : lanes) {
            if (mayOpen(lane) && (lane.waiting.size() > best.waiting.size() || !mayOpen(best))) {
                best = lane;
            }
        }
        return best;
    }

    private void forgetWaiting() {
        lanes.forEach(lane -> lane.waiting.clear());
        waiting = 0;
    }

    /** Whether the entry's result is in the log. */
    private boolean settle(LaneEntry entry) {
        if (abort.isTripped()) {
            return false;
        }
        try {
            Optional<ResultLine> line = call.call(entry);
            if (line.isEmpty()) {
                return false;
            }
            try (ResultLine result = line.get()) {
                note(entry.lane(), result.kind() == ResultKind.OUTPUT);
                return append(entry.entry(), result);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (Throwable e) {
            fail(e);
        } finally {
            call.done(entry);
        }
        return false;
    }

    private void note(int lane, boolean success) {
        lock.lock();
        try {
            succeeded += success ? 1 : 0;
            lanes.get(lane).errors.note(success, succeeded);
        } finally {
            lock.unlock();
        }
    }

    private boolean append(PlanEntry entry, ResultLine line) throws IOException, InterruptedException {
        Duration pause = FIRST_APPEND_PAUSE;
        while (true) {
            try {
                log.append(entry, line);
                return true;
            } catch (IOException e) {
                if (line.content().isBroken()
                        || abort.isCut()
                        || abort.cause().equals(Optional.of(AbortCause.LOST_LEASE))) {
                    throw e;
                }
                pauseForStore(pause);
                pause = pause.multipliedBy(2).compareTo(LAST_APPEND_PAUSE) < 0
                        ? pause.multipliedBy(2)
                        : LAST_APPEND_PAUSE;
            }
        }
    }

    /** Waits for {@code pause} or the abort's second stage; the first stage must not end the wait, or the loop would spin. */
    private void pauseForStore(Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try (AbortSignal.Registration ignored = abort.onCut(this::signalCut)) {
            long left = pause.toNanos();
            while (left > 0 && !abort.isCut()) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void signalCut() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable e) {
        lock.lock();
        try {
            if (failure.isEmpty()) {
                failure = Optional.of(e);
            }
        } finally {
            lock.unlock();
        }
        abort.trip(AbortCause.BROKEN_STORAGE);
    }
}
