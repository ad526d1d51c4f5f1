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
        lock.lock();
        try {
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no batch is left.
     *
     * @return whether that was so within {@code patience}
     */
    public boolean awaitNone(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!running.isEmpty() && left > 0) {
                left = removed.awaitNanos(left);
            }
            return running.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    public List<RunningBatch> all() {
        return List.copyOf(running.values());
    }
}
