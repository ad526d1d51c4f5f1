package io.backfill.dispatch;

import io.backfill.plan.PlanRanges;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.time.Duration;
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
 * <p>An abort drops the waiting entries, and the workers finish the open calls. While the store does not accept a result, the
 * worker keeps it ({@link ResultAppender}). Whatever fails in a worker, its place becomes free.
 */
public final class CallWindow {
    private final LineCall call;
    private final ResultAppender results;
    private final AbortSignal abort;
    private final Executor threads;

    /** Guards all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Lanes lanes;
    private int finished;
    private boolean woken;
    private Optional<Throwable> failure = Optional.empty();

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
        this.lanes = new Lanes(size, ahead, lanes);
        this.call = call;
        this.results = new ResultAppender(log, abort);
        this.abort = abort;
        this.threads = threads;
    }

    /**
     * Changes the maximum number of open calls, at least 1. If more calls than that are open they continue, but no new call starts.
     */
    public void resize(int newSize) {
        lock.lock();
        try {
            if (lanes.resize(newSize) && !abort.isTripped()) {
                lanes.startWaiting(this::startWorker);
            }
        } finally {
            lock.unlock();
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
     * @param hasOwn whether a lane has entries of its own left; a lane without any gets entries of other lanes only as
     *     {@link #takeOver} allows. Must not block
     */
    public List<Integer> lanesWithRoom(int most, IntPredicate hasOwn) {
        lock.lock();
        try {
            return abort.isTripped() ? List.of() : lanes.withRoom(most, hasOwn);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how much a lane without entries of its own may take from other lanes. Must be called once for each time that it takes
     * some. A lane whose recent lines were all errors, however fast, must not take lines that another lane would get answers for.
     */
    public PlanRanges.TakeOver takeOver(int lane) {
        lock.lock();
        try {
            return lanes.takeOver(lane);
        } finally {
            lock.unlock();
        }
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
            if (!abort.isTripped()) {
                entries.forEach(this::take);
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(LaneEntry entry) {
        // a worker starts with its entry, so that no entry counts both as waiting and as open
        if (lanes.mayOpen(entry.lane())) {
            startWorker(entry);
        } else {
            lanes.add(entry);
        }
    }

    /**
     * Returns the number of lines that finished since the last call. Waits up to {@code patience} until lines have finished and a
     * lane needs entries. {@link #wake} ends the wait, and so does an idle window.
     */
    public int takeFinished(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while ((finished == 0 || !lanes.isHungry()) && !woken && left > 0 && !lanes.isIdle()) {
                left = changed.awaitNanos(left);
            }
            int taken = finished;
            finished = 0;
            lanes.clearHungry();
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
            lanes.dropWaiting();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether no entry waits and no call is open. */
    public boolean isIdle() {
        lock.lock();
        try {
            return lanes.isIdle();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the window is idle, at most {@code patience}. Returns whether it is. */
    public boolean awaitIdle(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (!lanes.isIdle() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return lanes.isIdle();
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

    private void startWorker(LaneEntry first) {
        lanes.enter(first.lane());
        try {
            threads.execute(() -> work(first));
        } catch (RuntimeException | Error e) {
            lanes.leave(first.lane());
            changed.signalAll();
            throw e;
        }
    }

    private void work(LaneEntry first) {
        Optional<LaneEntry> next = Optional.of(first);
        while (next.isPresent()) {
            boolean logged = false;
            LaneEntry current = next.get();
            try {
                logged = settle(current);
            } finally {
                next = nextAfter(current, logged);
            }
        }
    }

    /** Counts a call that ended and takes the next entry. If there is none, the result is empty and the worker's place is free. */
    private Optional<LaneEntry> nextAfter(LaneEntry ended, boolean logged) {
        lock.lock();
        try {
            finished += logged ? 1 : 0;
            lanes.leave(ended.lane());
            if (abort.isTripped()) {
                lanes.dropWaiting();
            }
            Optional<LaneEntry> next = lanes.next(ended.lane());
            if (lanes.isHungry() || next.isEmpty()) {
                changed.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
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
                results.append(entry.entry(), result);
                return true;
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
            lanes.note(lane, success);
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable e) {
        lock.lock();
        try {
            failure = failure.or(() -> Optional.of(e));
        } finally {
            lock.unlock();
        }
        abort.trip(AbortCause.BROKEN_STORAGE);
    }
}
