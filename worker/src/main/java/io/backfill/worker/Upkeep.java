package io.backfill.worker;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What is to be done again and again while the shard runs; each pass on a thread of its own, so that a slow one delays no other. */
final class Upkeep implements AutoCloseable {
    private static final int MOST_PASSES = 8;

    private final JsonLines log;
    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
            MOST_PASSES, Thread.ofVirtual().name("upkeep").factory());

    Upkeep(JsonLines log) {
        this.log = log;
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Runs {@code work} first after {@code period}, then again so long after each end. */
    void every(Duration period, String name, Runnable work) {
        threads.scheduleWithFixedDelay(
                () -> guarded(name, work), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs {@code work} once, after {@code delay}. */
    void after(Duration delay, String name, Runnable work) {
        threads.schedule(() -> guarded(name, work), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** An exception or error would end the repetition without a word. */
    private void guarded(String name, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            log.warn("pass '" + name + "' failed and is tried again: " + e);
        }
    }

    /** No pass begins any more; one under way ends by itself. */
    @Override
    public void close() {
        // no interrupt: it would close files that others use
        threads.shutdown();
    }
}
