package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One background pass on its own thread. A round that throws does not end the pass, because the node would then be alive but
 * idle. A pass that is woken continuously works at most half of the time while its rounds are short: after each round it
 * rests for as long as the round took, but at most a quarter of a second.
 */
final class BackgroundPass implements Runnable {
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
    /** When the last round ended, or the pass was created. */
    private volatile long cameRoundAt;

    private volatile boolean ended;

    /** The work of a background pass. A failure is logged, and the pass runs again after its period. */
    @FunctionalInterface
    interface Work {
        void once() throws Exception;
    }

    /** @param patience how long one round may take before the pass counts as overdue */
    BackgroundPass(String name, Duration period, Duration patience, Work work, LongSupplier nanoTime) {
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

    /** Whether the last round ended longer ago than the period and the patience together. False after {@link #stop}. */
    boolean isOverdue() {
        return !ended
                && nanoTime.getAsLong() - cameRoundAt > period.plus(patience).toNanos();
    }

    /** Requests a round now; if one is running, another one after it. */
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
        while (!isStopped()) {
            if (!awaitNext(round())) {
                return;
            }
        }
    }

    /** Returns the duration in nanoseconds. */
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
            // a failure to log must not end the pass
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
