package io.backfill.run;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The batches whose lease this node holds. Thread-safe. */
public final class RunningBatches {
    private final ConcurrentMap<BatchId, RunningBatch> running = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition removed = lock.newCondition();
    /** Ends in progress; guarded by the lock. */
    private int ends;

    public void add(RunningBatch batch) {
        running.put(batch.id(), batch);
    }

    /** Returns the batch if this node holds its lease with exactly this epoch. */
    public Optional<RunningBatch> find(BatchId id, long epoch) {
        return find(id).filter(batch -> batch.epoch() == epoch);
    }

    public Optional<RunningBatch> find(BatchId id) {
        return Optional.ofNullable(running.get(id));
    }

    public void remove(RunningBatch batch) {
        running.remove(batch.id(), batch);
        changeEnds(0);
    }

    /** Runs {@code end}, the end of an execution, which {@link #awaitNone} awaits even after the batch was removed. */
    public void end(Runnable end) {
        changeEnds(1);
        try {
            end.run();
        } finally {
            changeEnds(-1);
        }
    }

    private void changeEnds(int by) {
        lock.lock();
        try {
            ends += by;
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isNone() {
        return running.isEmpty() && ends == 0;
    }

    /**
     * Waits until no batch is left and no end is in progress.
     *
     * @return whether that was so within {@code patience}
     */
    public boolean awaitNone(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!isNone() && left > 0) {
                left = removed.awaitNanos(left);
            }
            return isNone();
        } finally {
            lock.unlock();
        }
    }

    public List<RunningBatch> all() {
        return List.copyOf(running.values());
    }
}
