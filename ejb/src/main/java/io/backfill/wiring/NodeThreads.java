package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.run.JobThreads;
import io.backfill.run.PassWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * All threads that the application starts: one virtual thread per task, and one platform thread per background pass. Passes start
 * together while most classes are not loaded yet. A virtual thread keeps its carrier while it loads a class, so that on few
 * processors passes on virtual threads could hold all carriers and wait for a lock whose owner needs one. On stop, each pass ends
 * after its current round, in the order in which the passes were started. Tasks that still run are left to finish, because a
 * thread that writes must not be interrupted.
 */
final class NodeThreads implements PassWatch {
    /**
     * Limit for one round. Every call of a database or store has a time-out, so that no round takes longer even during an
     * outage.
     */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** How long the last rounds may take at the end of the node. A call of a database is answered within this time. */
    private static final Duration LAST_ROUND = Duration.ofSeconds(15);

    /** Practically infinite, and fits into a long of nanoseconds. */
    private static final Duration ENDLESS = Duration.ofDays(36_500);

    private static final Duration KEEP_JOB_THREAD = Duration.ofMinutes(1);

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final List<BackgroundPass> passes = new CopyOnWriteArrayList<>();
    private final List<Thread> passThreads = new CopyOnWriteArrayList<>();

    /** Times out calls; one platform thread that runs short tasks only. */
    private final ScheduledThreadPoolExecutor timer = timer("backfill time-outs");

    private final LongSupplier nanoTime;
    private volatile Optional<ExecutorService> jobs = Optional.empty();

    NodeThreads(LongSupplier nanoTime) {
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

    /** Runs a task on a virtual thread after a delay; not at all once this node stops. */
    void later(Runnable task, long nanos) {
        try {
            timer.schedule(() -> tasks.execute(task), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debugf("a task is not run because the node stops");
        }
    }

    /** Starts a virtual thread for each task. */
    Executor tasks() {
        return tasks;
    }

    /** Runs {@code work} now, then {@code period} after the end of each round, and at once when the pass is woken. */
    BackgroundPass every(Duration period, String name, BackgroundPass.Work work) {
        return every(period, name, PATIENCE, work);
    }

    /** As {@link #every(Duration, String, BackgroundPass.Work)}, for work that may take up to {@code patience}. */
    BackgroundPass every(Duration period, String name, Duration patience, BackgroundPass.Work work) {
        BackgroundPass pass = new BackgroundPass(name, period, patience, work, nanoTime);
        passes.add(pass);
        passThreads.add(Thread.ofPlatform().daemon().name("backfill " + name).start(pass));
        return pass;
    }

    /** As {@link #every(Duration, String, BackgroundPass.Work)}, for work that waits for messages and is therefore never overdue. */
    BackgroundPass listen(Duration period, String name, BackgroundPass.Work work) {
        return every(period, name, ENDLESS, work);
    }

    /** Returns threads for the jobs, to be requested at most once, and only where the server has none for them. */
    JobThreads jobs(int most) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most,
                most,
                KEEP_JOB_THREAD.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("backfill job ", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        jobs = Optional.of(pool);
        return new JobThreads(pool, most);
    }

    @Override
    public List<String> overdue() {
        return passes.stream()
                .filter(BackgroundPass::isOverdue)
                .map(BackgroundPass::name)
                .toList();
    }

    /** Stops, and waits a limited time for the passes, tasks and jobs to end. */
    void awaitEnd() {
        stop();
        long end = nanoTime.getAsLong() + LAST_ROUND.toNanos();
        try {
            for (Thread thread : passThreads) {
                thread.join(Duration.ofNanos(Math.max(1, end - nanoTime.getAsLong())));
            }
            if (!tasks.awaitTermination(end - nanoTime.getAsLong(), TimeUnit.NANOSECONDS)) {
                LOG.debugf("tasks go on after the end of the node");
            }
            if (jobs.isPresent() && !jobs.get().awaitTermination(end - nanoTime.getAsLong(), TimeUnit.NANOSECONDS)) {
                LOG.debugf("jobs go on after the end of the node");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        passes.forEach(BackgroundPass::stop);
        tasks.shutdown();
        timer.shutdown();
        jobs.ifPresent(ExecutorService::shutdown);
    }
}
