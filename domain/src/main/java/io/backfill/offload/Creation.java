package io.backfill.offload;

/** What became of the wish for a Job. */
public sealed interface Creation {
    /** It was made now. */
    record Created(ShardJobState state) implements Creation {}

    /** It was there before, made by this node or another; {@code state} says which partitions it runs. */
    record Adopted(ShardJobState state) implements Creation {}

    /**
     * The cluster will not have it; nothing was made.
     *
     * @param reason in the cluster's words, for operators
     * @param mayPass asking again later may end otherwise: a quota that is used up, or the last Job of that name is still going away
     */
    record Refused(String reason, boolean mayPass) implements Creation {}
}
