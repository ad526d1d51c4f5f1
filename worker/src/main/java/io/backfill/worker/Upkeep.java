package io.backfill.worker;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Periodic tasks while the shard runs. Each runs on a thread of its own, so that a slow one does not delay the others. */
final class Upkeep implements AutoCloseable {
    private static final int MOST_PASSES = 8;

    private final JsonLines log;
    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
            MOST_PASSES, Thread.ofVirtual().name("upkeep").factory());

    Upkeep(JsonLines log) {
        this.log = log;
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Runs {@code work} after {@code period}, and again one {@code period} after each run has ended. */
    void every(Duration period, String name, Runnable work) {
        threads.scheduleWithFixedDelay(
                () -> guarded(name, work), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs {@code work} once, after {@code delay}. */
    void after(Duration delay, String name, Runnable work) {
        threads.schedule(() -> guarded(name, work), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** Catches every failure, because an exception would silently end the repetition. */
    private void guarded(String name, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            log.warn("pass '" + name + "' failed and will be retried: " + e);
        }
    }

    /** Starts no more runs. A current run ends on its own. */
    @Override
    public void close() {
        // do not interrupt: this would close files that other threads use
        threads.shutdown();
    }
}
