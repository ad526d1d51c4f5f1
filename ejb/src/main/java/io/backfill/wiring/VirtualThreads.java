package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All threads of ours: one virtual thread per task, and one per background pass. Stopping: passes end after the one under way,
 * in the order in which they were started; then tasks that still run are left to end by themselves, for nothing of ours may
 * be interrupted while it writes.
 */
final class VirtualThreads {
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Pass> passes = new CopyOnWriteArrayList<>();

    /** Ends calls that take too long; one platform thread, whose tasks are short. */
    private final ScheduledThreadPoolExecutor timer = timer("backfill time-outs");

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

    /** What a background pass does; a failure is logged, and the pass is tried again at its next time. */
    @FunctionalInterface
    interface Work {
        void once() throws Exception;
    }

    /** Runs {@code work} now, then every {@code period} after its end, and at once whenever it is woken. */
    Pass every(Duration period, String name, Work work) {
        Pass pass = new Pass(period, name, work);
        passes.add(pass);
        tasks.execute(pass);
        return pass;
    }

    void stop() {
        passes.forEach(Pass::stop);
        tasks.shutdown();
        timer.shutdown();
    }

    /** One background pass on its own thread. */
    static final class Pass implements Runnable {
        private final Duration period;
        private final String name;
        private final Work work;
        /** Guards the two flags. */
        private final ReentrantLock lock = new ReentrantLock();

        private final Condition called = lock.newCondition();
        private boolean woken;
        private boolean stopped;

        private Pass(Duration period, String name, Work work) {
            this.period = period;
            this.name = name;
            this.work = work;
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
                called.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void run() {
            Thread.currentThread().setName("backfill " + name);
            while (!isStopped()) {
                try {
                    work.once();
                } catch (Exception e) {
                    LOG.passFailed(name, String.valueOf(e.getMessage()), e);
                }
                if (!awaitNext()) {
                    return;
                }
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

        private boolean awaitNext() {
            lock.lock();
            try {
                long left = period.toNanos();
                while (!woken && !stopped && left > 0) {
                    left = called.awaitNanos(left);
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
}
