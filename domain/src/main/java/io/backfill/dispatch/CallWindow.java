package io.backfill.dispatch;

import io.backfill.plan.PlanEntry;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sliding window of one partition: {@code size} places for open calls and {@code ahead} more for entries that wait. A worker,
 * one virtual thread per open call, takes the next entry, makes the call, appends the result to the log, and takes the next;
 * its place is free when the line is logged. There is no barrier: a slow call keeps one place, not a chunk.
 *
 * <p>An abort drops the entries that wait; workers finish what is open. A result that the store does not take is kept and
 * offered again until the abort's second stage, for its call was paid for. Whatever goes wrong in a worker, its place
 * becomes free.
 */
public final class CallWindow {
    private static final Duration FIRST_APPEND_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_APPEND_PAUSE = Duration.ofSeconds(5);

    private final int size;
    private final int ahead;
    private final LineCall call;
    private final ResultLog log;
    private final AbortSignal abort;
    private final Executor threads;

    /** Guards everything below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Deque<PlanEntry> waiting = new ArrayDeque<>();
    private int open;
    private int finished;
    private Optional<Throwable> failure = Optional.empty();

    /**
     * @param size open calls at most, at least 1
     * @param ahead entries that wait at most, at least 1
     * @param threads starts a virtual thread per task
     */
    public CallWindow(int size, int ahead, LineCall call, ResultLog log, AbortSignal abort, Executor threads) {
        if (size < 1 || ahead < 1) {
            throw new IllegalArgumentException("size and ahead must be at least 1: " + size + ", " + ahead);
        }
        this.size = size;
        this.ahead = ahead;
        this.call = call;
        this.log = log;
        this.abort = abort;
        this.threads = threads;
    }

    /** Whether {@link #put} may be called. */
    public boolean hasRoom() {
        lock.lock();
        try {
            return waiting.size() + open < size + ahead && !abort.isTripped();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an entry; never waits. After an abort it is dropped: it has not run.
     *
     * @throws java.util.concurrent.RejectedExecutionException when no thread can be had; the entry is not taken then
     */
    public void put(PlanEntry entry) {
        lock.lock();
        try {
            if (abort.isTripped()) {
                return;
            }
            // a worker begins with its entry in hand: an entry never counts as waiting and as open
            if (open < size) {
                startWorker(entry);
            } else {
                waiting.add(entry);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lines finished since the last call of this method; waits up to {@code patience} for the first one. */
    public int takeFinished(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (finished == 0 && left > 0 && (open > 0 || !waiting.isEmpty())) {
                left = changed.awaitNanos(left);
            }
            int taken = finished;
            finished = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the entries that wait: they have not run. Open calls go on. */
    public void dropWaiting() {
        lock.lock();
        try {
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing waits and no call is open. */
    public boolean isIdle() {
        lock.lock();
        try {
            return open == 0 && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the window is idle, at most {@code patience}. True when it is. */
    public boolean awaitIdle(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (open > 0 || !waiting.isEmpty()) {
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

    private void startWorker(PlanEntry first) {
        boolean started = false;
        open++;
        try {
            threads.execute(() -> work(first));
            started = true;
        } finally {
            if (!started) {
                leave();
            }
        }
    }

    private void work(PlanEntry first) {
        boolean left = false;
        try {
            if (!abort.isTripped()) {
                settle(first);
            }
            for (Optional<PlanEntry> entry = next(); entry.isPresent(); entry = next()) {
                settle(entry.get());
            }
            left = true;
        } finally {
            if (!left) {
                leave();
            }
        }
    }

    /** The next entry, or empty: this worker's place is free then. */
    private Optional<PlanEntry> next() {
        lock.lock();
        try {
            if (abort.isTripped()) {
                waiting.clear();
            }
            Optional<PlanEntry> entry = Optional.ofNullable(waiting.poll());
            if (entry.isEmpty()) {
                leave();
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            open--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settle(PlanEntry entry) {
        try {
            Optional<ResultLine> line = call.call(entry);
            if (line.isPresent() && append(entry, line.get())) {
                report();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (Throwable e) {
            fail(e);
        }
    }

    private boolean append(PlanEntry entry, ResultLine line) throws IOException, InterruptedException {
        Duration pause = FIRST_APPEND_PAUSE;
        while (true) {
            try {
                log.append(entry, line);
                return true;
            } catch (IOException e) {
                if (abort.isCut() || abort.cause().equals(Optional.of(AbortCause.LOST_LEASE))) {
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

    private void report() {
        lock.lock();
        try {
            finished++;
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
