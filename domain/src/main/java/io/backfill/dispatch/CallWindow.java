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
 * The sliding window of one partition: {@code size} places for open calls and {@code ahead} more for waiting entries. A worker is a
 * virtual thread with one open call. It takes an entry, makes the call, appends the result to the log, and takes the next entry.
 * The place becomes free when the line is logged. There is no barrier: a slow call occupies one place and does not hold up a chunk.
 *
 * <p>Entries come from lanes, one per range of the plan. Each lane has its share of the places, so that a lane whose replica is
 * slow does not take the places of the others.
 *
 * <p>An abort drops the waiting entries, and the workers finish the open calls. A result that the store does not accept has been
 * paid for: the worker keeps it and retries the append until the second stage of the abort, or until the lease is lost. Whatever
 * fails in a worker, its place becomes free.
 */
public final class CallWindow {
    private static final Duration FIRST_APPEND_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_APPEND_PAUSE = Duration.ofSeconds(5);

    /** Maximum number of waiting entries per lane. */
    private final int aheadPerLane;

    private final LineCall call;
    private final ResultLog log;
    private final AbortSignal abort;
    private final Executor threads;

    /** Guards all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final List<Lane> lanes = new ArrayList<>();
    private int size;
    /** Maximum number of open calls per lane. */
    private int openPerLane;

    private int open;
    private int waiting;
    private int finished;
    /** Number of results for the output file. */
    private long succeeded;
    /**
     * Set when a lane has used up half of its waiting entries. The thread that fills the window is then woken, not for every line.
     */
    private boolean hungry;

    private boolean woken;

    private Optional<Throwable> failure = Optional.empty();

    /** The entries of one range of the plan. */
    private static final class Lane {
        final Deque<LaneEntry> waiting = new ArrayDeque<>();
        final LaneErrors errors = new LaneErrors();
        int open;

        int held() {
            return open + waiting.size();
        }
    }

    /**
     * @param size maximum number of open calls, at least 1
     * @param ahead maximum number of waiting entries, at least 1
     * @param lanes number of lanes that entries come from, at least 1
     * @param threads starts a virtual thread for each task
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

    /**
     * Changes the maximum number of open calls, at least 1. If more calls than that are open they continue, but no new call starts.
     */
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
     * Returns the lanes to take the next entries from, one element per entry, at most {@code most}. Each element is the lane that
     * holds the fewest entries at that point. Empty if {@link #put} must not be called.
     */
    public List<Integer> lanesWithRoom(int most) {
        return lanesWithRoom(most, lane -> true);
    }

    /**
     * Like {@link #lanesWithRoom(int)}.
     *
     * @param hasOwn whether a lane has entries of its own left; a lane without any gets entries of other lanes only as
     *     {@link #takeOver} allows. Must not block
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
     * Returns how much a lane without entries of its own may take from other lanes. Must be called once for each time that it takes
     * some. A lane whose recent lines were all errors, however fast, must not take lines that another lane would get answers for.
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

    /** Returns the lane with room that holds the fewest entries, or -1 if no lane has room. */
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
     * Takes entries. Never waits. After an abort the entries are dropped: they have not run.
     *
     * @throws java.util.concurrent.RejectedExecutionException if no thread can be started; that entry and those after it are not
     *     taken
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
        // a worker starts with its entry, so that no entry counts both as waiting and as open
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
     * Returns the number of lines that finished since the last call. Waits up to {@code patience} until lines have finished and a
     * lane needs entries. {@link #wake} ends the wait, and so does an idle window.
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

    /** Ends the current wait in {@link #takeFinished}, or the next one, so that its caller can react to another event. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops the waiting entries, which have not run. Open calls continue. */
    public void dropWaiting() {
        lock.lock();
        try {
            forgetWaiting();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether no entry waits and no call is open. */
    public boolean isIdle() {
        lock.lock();
        try {
            return open == 0 && waiting == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the window is idle, at most {@code patience}. Returns whether it is. */
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

    /** Returns why the window failed, if it did: a failure of the store, or a bug. */
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

    /** Counts a call that ended and takes the next entry. If there is none, the result is empty and the worker's place is free. */
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

    /** Returns the lane with the most waiting entries among those that may open another call. */
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

    /** Makes the call of the entry. Returns whether the result is in the log. */
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

    /** Waits for {@code pause} or the second stage of the abort. The first stage must not end the wait, or the loop would spin. */
    private void pauseForStore(Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try (AbortSignal.Registration _ = abort.onCut(this::signalCut)) {
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
