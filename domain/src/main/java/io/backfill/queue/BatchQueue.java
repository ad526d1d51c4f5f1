package io.backfill.queue;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.List;

/**
 * SPI: which batch is next. Only a hint: it may forget, repeat or name batches that are gone; the lease in the row decides, and
 * a sweep offers again what was forgotten. No method throws for a backend that is away: it does less.
 */
public interface BatchQueue {
    /** A batch that wants to be planned, and whose it is. */
    record Candidate(BatchId id, TenantId tenant) {}

    /** Says that this batch wants to be worked on. Idempotent. */
    void offer(Batch batch);

    /** Up to {@code limit} candidates, best first. Does not remove them. */
    List<Candidate> next(int limit);

    /** Says that this batch was claimed or has ended. Idempotent. */
    void remove(BatchId id);

    /** How many batches wait, as far as is known. */
    long size();
}
