package io.backfill.simulator.engine;

import io.backfill.simulator.engine.EngineRefusedException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs one core in real time: computes a step, sleeps until the end of the step, and delivers its results. Requests
 * that arrive or leave in the meantime take effect in the next step. Sleeps without a timer while the core is idle.
 */
final class BatchingLoop implements EngineCore.Listener {
    /** Maximum delay of the machine that later steps are shortened to make up for. */
    private static final long MOST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final EngineParameters parameters;
    private final double nanosPerSecond;
    private final TokenRecord tokens = new TokenRecord();
    private final Set<BatchedGeneration> open = ConcurrentHashMap.newKeySet();

    /** Guards the core and {@code closed}. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition work = lock.newCondition();
    private final EngineCore core;
    private boolean closed;

    /**
     * The load as of the last step, as vLLM reports it: a request that arrives during a step is not counted as waiting
     * before the next step begins.
     */
    private volatile EngineLoad load = new EngineLoad(0, 0, 0);

    /** The results of the current step. Only the loop's thread accesses them. */
    private final List<Brought> brought = new ArrayList<>();

    private record Brought(CoreRequest sequence, int count, boolean last) {}

    BatchingLoop(String model, EngineParameters parameters, double speed) {
        this.parameters = parameters;
        this.nanosPerSecond = 1e9 / speed;
        this.core = new EngineCore(parameters, this);
        Thread.ofPlatform().daemon().name("simulator-engine " + model).start(this::run);
    }

    /** Accepts all sequences of a request or none. */
    void submit(List<CoreRequest> sequences, BatchedGeneration generation) throws EngineRefusedException {
        for (CoreRequest sequence : sequences) {
            check(sequence);
        }
        lock.lock();
        try {
            if (parameters.maxQueued() > 0 && core.waiting() + sequences.size() > parameters.maxQueued()) {
                throw new EngineRefusedException(
                        Reason.QUEUE_IS_FULL, "The queue is full: " + core.waiting() + " requests are waiting.");
            }
            open.add(generation);
            if (closed) {
                generation.stop();
                return;
            }
            sequences.forEach(core::submit);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    void cancel(List<CoreRequest> sequences) {
        lock.lock();
        try {
            sequences.forEach(core::cancel);
            if (core.idle()) {
                load = loadNow();
            }
        } finally {
            lock.unlock();
        }
    }

    void left(BatchedGeneration generation) {
        open.remove(generation);
    }

    EngineLoad load() {
        return load;
    }

    TokenRecord tokens() {
        return tokens;
    }

    EngineStatistics statistics() {
        lock.lock();
        try {
            return new EngineStatistics(parameters, core.queriedTokens(), core.cachedTokens(), core.preemptions());
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        open.forEach(BatchedGeneration::stop);
    }

    @Override
    public void token(CoreRequest sequence, int count) {
        brought.add(new Brought(sequence, count, count == sequence.outputTokens()));
    }

    @Override
    public void finished(CoreRequest sequence) {
        if (sequence.outputTokens() == 0) {
            brought.add(new Brought(sequence, 0, true));
        }
    }

    private void check(CoreRequest sequence) throws EngineRefusedException {
        if (!core.fits(sequence.promptTokens(), sequence.outputTokens())) {
            throw new EngineRefusedException(
                    Reason.TOO_LARGE,
                    "This model's cache holds " + (long) parameters.blocks() * parameters.blockTokens()
                            + " tokens, but the request needs " + sequence.promptTokens() + " in the prompt and "
                            + sequence.outputTokens() + " in the completion.");
        }
        if (sequence.priority() != 0 && !parameters.priorityScheduling()) {
            throw new EngineRefusedException(
                    Reason.PRIORITY_IS_OFF,
                    "The request has priority " + sequence.priority() + ", but priority scheduling is not enabled.");
        }
    }

    private void run() {
        long end = System.nanoTime();
        while (true) {
            double seconds;
            lock.lock();
            try {
                while (core.idle() && !closed) {
                    work.awaitUninterruptibly();
                    end = System.nanoTime();
                }
                if (closed) {
                    return;
                }
                seconds = core.step();
                load = loadNow();
            } finally {
                lock.unlock();
            }
            // Steps follow each other without gaps, however late the thread wakes up, so that their times add up.
            end = Math.max(end, System.nanoTime() - MOST_DELAY_NANOS) + Math.round(seconds * nanosPerSecond);
            sleepUntil(end);
            handOut();
        }
    }

    private void handOut() {
        long now = System.nanoTime();
        for (Brought one : brought) {
            BatchedGeneration generation = (BatchedGeneration) one.sequence().tag();
            generation.brought(one.sequence(), one.count(), one.last(), now, tokens);
        }
        brought.clear();
    }

    private EngineLoad loadNow() {
        return new EngineLoad(core.running(), core.waiting(), core.kvUsage());
    }

    private static void sleepUntil(long end) {
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
