package io.backfill.offload;

import io.backfill.ids.BatchId;

/** Hears what becomes of offloaded batches; for logs and metrics. Must be quick and must not throw. */
public interface OffloadObserver {
    /** A Job was made, or found made. */
    void began(ShardJobState job, boolean adopted);

    /** Something is wrong with its pods; each kind and message is told once for a Job. */
    void troubled(ShardJobState job, ShardProblem problem);

    /** All its pods are gone, and {@code left} shards are not done. */
    void ended(ShardJobState job, int left);

    /** The cluster does not run what is left of the batch. */
    void refused(BatchId batch, String reason, OffloadPolicy.OnRefusal then);

    /** The cluster, the store or the database did not answer; it is asked again. */
    void away(BatchId batch, Exception why);
}
