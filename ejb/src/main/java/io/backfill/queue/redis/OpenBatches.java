package io.backfill.queue.redis;

import java.util.List;

/** Where the order is read from when Redis has forgotten it: the rows. */
@FunctionalInterface
public interface OpenBatches {
    /**
     * The next batches that have not ended, in the order of their ids; fewer than {@code limit} at the end.
     *
     * @param id the last one of the page before, or an empty text
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the rows cannot be read
     */
    List<OpenBatch> after(String id, int limit);
}
