package io.backfill.results;

/**
 * The epochs under which logs are opened. A lease's epoch leaves room below it for pods, which have no lease of their own: the
 * pods of a Job come after every owner before the lease that made the Job, in the order of their attempts, and any node that holds
 * a lease since comes after all of them. So whoever opens a log later has the higher number, and the earlier one's bytes are settled.
 */
public final class LogEpoch {
    private static final int POD_BITS = 20;

    private LogEpoch() {}

    /** The epoch of the node that holds the lease of {@code lease}'s epoch. */
    public static long ofNode(long lease) {
        return ((lease + 1) << POD_BITS) - 1;
    }

    /**
     * The epoch of a pod's attempt.
     *
     * @param lease epoch of the lease under which the Job was made
     * @param newest epoch that has opened the log so far
     * @throws IllegalStateException when a node of this lease, or a later one, has opened it: the pod comes too late
     */
    public static long ofPod(long lease, long newest) {
        long epoch = Math.max(newest, lease << POD_BITS) + 1;
        if (epoch >= ofNode(lease)) {
            throw new IllegalStateException("a gateway has settled this shard; nothing is left to do for this pod");
        }
        return epoch;
    }
}
