package io.backfill.run;

import io.backfill.ids.BatchId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The batches whose lease this node holds. Thread-safe. */
public final class RunningBatches {
    private final ConcurrentMap<BatchId, RunningBatch> running = new ConcurrentHashMap<>();

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
    }

    public List<RunningBatch> all() {
        return List.copyOf(running.values());
    }
}
