package io.backfill.offload;

import io.backfill.ids.BatchId;

/** Receives events of offloaded batches for logs and metrics. Methods must return quickly and must not throw. */
public interface OffloadObserver {
    /** A Job was created or adopted. */
    void began(ShardJobState job, boolean adopted);

    /** The Job's pods have a problem. Equal problems are reported once per leader of the batch. */
    void troubled(ShardJobState job, ShardProblem problem);

    /**
     * The Job has problems of this kind for the first time. Reported once per Job, kind and leader of the batch.
     *
     * @param example one of the problems
     * @param count the number of problems of this kind that the Job has now, at most {@value ShardJobState#MOST_PROBLEMS}
     */
    void firstOfKind(ShardJobState job, ShardProblem example, int count);

    /** All pods of the Job are gone, and {@code left} shards are unfinished. */
    void ended(ShardJobState job, int left);

    /** The cluster does not run the unfinished shards of the batch. */
    void refused(BatchId batch, String reason, OffloadPolicy.OnRefusal then);

    /** The cluster, the store or the database did not respond. The operation is retried. */
    void away(BatchId batch, Exception why);
}
