package io.backfill.offload;

/** Outcome of asking the cluster to create a Job. */
public sealed interface JobCreation {
    /** The Job was created by this call. */
    record Created(ShardJobState state) implements JobCreation {}

    /** The Job already existed, created by this node or another; {@code state} says which partitions it runs. */
    record Adopted(ShardJobState state) implements JobCreation {}

    /**
     * The cluster refused to create the Job; nothing was created.
     *
     * @param reason for operators, in the cluster's words
     * @param mayPass whether a later attempt may succeed: a quota is exhausted, or the previous Job with this name is still being
     *     deleted
     */
    record Refused(String reason, boolean mayPass) implements JobCreation {}
}
