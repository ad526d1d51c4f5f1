package io.backfill.it.house;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plans batches in the order in which they arrive. */
@Alternative
@Priority(100)
@ApplicationScoped
public class HouseQueue implements BatchQueue {
    private static final int LONGEST = 10_000;

    private final Map<BatchId, Candidate> waiting = new LinkedHashMap<>();

    @Override
    public synchronized void offer(Batch batch) {
        if (waiting.size() < LONGEST) {
            waiting.putIfAbsent(batch.id(), new Candidate(batch.id(), batch.tenant()));
        }
    }

    @Override
    public synchronized List<Candidate> next(int limit) {
        return waiting.values().stream().limit(limit).toList();
    }

    @Override
    public synchronized void remove(BatchId id) {
        waiting.remove(id);
    }

    @Override
    public synchronized long size() {
        return waiting.size();
    }
}
