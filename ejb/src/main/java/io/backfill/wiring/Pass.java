package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One background pass on its own thread. Whatever one round throws, the next one takes place: a pass that ended would leave the
 * node alive and idle. One that is woken again and again works half of the time, while its rounds are short: after each it rests as
 * long as that took, a quarter of a second at most.
 */
final class Pass implements Runnable {
    private static final long MOST_REST = Duration.ofMillis(250).toNanos();

    private final String name;
    private final Duration period;
    private final Duration patience;
    private final Work work;
    private final LongSupplier nanoTime;
    /** Guards the two flags. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition called = lock.newCondition();
    private boolean woken;
    private boolean stopped;
    /** When the last round ended, or the pass was made. */
    private volatile long cameRoundAt;

    private volatile boolean ended;

    /** What a background pass does; a failure is logged, and the pass is tried again at its next time. */
    @FunctionalInterface
    interface Work {
        void once() throws Exception;
    }

    /** @param patience how long one round may take before the pass counts as hanging */
    Pass(String name, Duration period, Duration patience, Work work, LongSupplier nanoTime) {
        this.name = name;
        this.period = period;
        this.patience = patience;
        this.work = work;
        this.nanoTime = nanoTime;
        this.cameRoundAt = nanoTime.getAsLong();
    }

    String name() {
        return name;
    }

    /** Whether it should have come round since. False once it was stopped. */
    boolean isOverdue() {
        return !ended
                && nanoTime.getAsLong() - cameRoundAt > period.plus(patience).toNanos();
    }

    /** Asks for a pass now; while one runs, for another right after it. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            called.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            ended = true;
            called.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        Thread.currentThread().setName("backfill " + name);
        while (!isStopped()) {
            if (!awaitNext(round())) {
                return;
            }
        }
    }

    /** Returns how long it took. */
    private long round() {
        long begin = nanoTime.getAsLong();
        try {
            work.once();
        } catch (Throwable e) {
            tell(e);
        } finally {
            cameRoundAt = nanoTime.getAsLong();
        }
        return cameRoundAt - begin;
    }

    private void tell(Throwable failure) {
        try {
            LOG.passFailed(name, String.valueOf(failure.getMessage()), failure);
        } catch (Throwable speechless) {
            // a log that fails must not end the pass either
        }
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitNext(long tookNanos) {
        lock.lock();
        try {
            long rest = Math.min(tookNanos, MOST_REST);
            long waited = 0;
            long left = woken ? rest : period.toNanos();
            while (left > 0 && !stopped) {
                waited += left - called.awaitNanos(left);
                left = (woken ? rest : period.toNanos()) - waited;
            }
            woken = false;
            return !stopped;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
