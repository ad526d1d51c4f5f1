package io.backfill.queue.redis;

import java.util.List;

/** Reads the rows from which the queue in Redis is rebuilt. */
@FunctionalInterface
public interface UnfinishedBatches {
    /**
     * Returns the next batches that have not ended, in the order of their ids; fewer than {@code limit} at the end.
     *
     * @param id the last id of the previous page, or an empty string
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the rows cannot be read
     */
    List<UnfinishedBatch> after(String id, int limit);
}
