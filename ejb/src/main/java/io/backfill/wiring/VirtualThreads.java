package io.backfill.wiring;

import io.backfill.run.PassWatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;

/**
 * All threads of ours: one virtual thread per task, and one per background pass. Stopping: passes end after the one under way,
 * in the order in which they were started; then tasks that still run are left to end by themselves, for nothing of ours may
 * be interrupted while it writes.
 */
final class VirtualThreads implements PassWatch {
    /** An outage of database or store makes a round slow, but no slower than this: every call has a time-out. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Longer than the process lives, and within a long of nanoseconds. */
    private static final Duration ENDLESS = Duration.ofDays(36_500);

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Pass> passes = new CopyOnWriteArrayList<>();

    /** Ends calls that take too long; one platform thread, whose tasks are short. */
    private final ScheduledThreadPoolExecutor timer = timer("backfill time-outs");

    private final LongSupplier nanoTime;

    VirtualThreads(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private static ScheduledThreadPoolExecutor timer(String name) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    /** Starts a virtual thread for each task. */
    Executor tasks() {
        return tasks;
    }

    /** Runs {@code work} now, then every {@code period} after its end, and at once whenever it is woken. */
    Pass every(Duration period, String name, Pass.Work work) {
        return every(period, name, PATIENCE, work);
    }

    /** As {@link #every(Duration, String, Pass.Work)}, for work that may take up to {@code patience}. */
    Pass every(Duration period, String name, Duration patience, Pass.Work work) {
        Pass pass = new Pass(name, period, patience, work, nanoTime);
        passes.add(pass);
        tasks.execute(pass);
        return pass;
    }

    /** As {@link #every(Duration, String, Pass.Work)}, for work that waits for others to speak, and so is never overdue. */
    Pass listen(Duration period, String name, Pass.Work work) {
        return every(period, name, ENDLESS, work);
    }

    @Override
    public List<String> overdue() {
        return passes.stream().filter(Pass::isOverdue).map(Pass::name).toList();
    }

    void stop() {
        passes.forEach(Pass::stop);
        tasks.shutdown();
        timer.shutdown();
    }
}
