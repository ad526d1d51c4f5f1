package io.backfill.queue;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.List;

/**
 * SPI for the order in which batches are claimed. The queue is only a hint: it may forget batches, return them repeatedly or
 * return batches that are gone. The lease in the row decides, and a sweep offers forgotten batches again. If a backend is
 * unavailable, methods do less instead of throwing.
 */
public interface BatchQueue {
    /** A batch to be planned, and its tenant. */
    record Candidate(BatchId id, TenantId tenant) {}

    /** Adds a batch that is ready to be claimed. Idempotent. */
    void offer(Batch batch);

    /** Returns up to {@code limit} candidates, best first, without removing them. */
    List<Candidate> next(int limit);

    /** Removes a batch that was claimed or has ended. Idempotent. */
    void remove(BatchId id);

    /** Returns the number of waiting batches, as far as known. */
    long size();
}
