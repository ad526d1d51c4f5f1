package io.backfill.queue.redis;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue that counts the queries for the next batches. */
record CountingQueue(BatchQueue counted, AtomicInteger asked) implements BatchQueue {
    CountingQueue(BatchQueue counted) {
        this(counted, new AtomicInteger());
    }

    @Override
    public void offer(Batch batch) {
        counted.offer(batch);
    }

    @Override
    public List<Candidate> next(int limit) {
        asked.incrementAndGet();
        return counted.next(limit);
    }

    @Override
    public void remove(BatchId id) {
        counted.remove(id);
    }

    @Override
    public long size() {
        return counted.size();
    }
}
