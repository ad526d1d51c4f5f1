package io.backfill.results;

import java.util.random.RandomGenerator;

/**
 * The epochs under which logs are opened. A lease's epoch leaves room below it for pods, which have no lease of their own: the
 * pods of a Job come after every owner before the lease that made the Job, in the order of their attempts, and any node that holds
 * a lease since comes after all of them. So whoever opens a log later has the higher number, and the earlier one's bytes are settled.
 *
 * <p>Of an index the cluster may now and then start two pods at once, and both find the same newest number. So each draws where in
 * the next attempt's range it stands: one of them has the higher number, which ends the other, but for one time in
 * {@value #DRAWS}.
 */
public final class LogEpoch {
    private static final int POD_BITS = 30;
    private static final int DRAW_BITS = 14;
    private static final int DRAWS = 1 << DRAW_BITS;

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
     * @param random draws its place beside another pod that finds the same
     * @throws IllegalStateException when a node of this lease, or a later one, has opened it: the pod comes too late
     */
    public static long ofPod(long lease, long newest, RandomGenerator random) {
        long attempt = (Math.max(newest, lease << POD_BITS) >> DRAW_BITS) + 1;
        long epoch = (attempt << DRAW_BITS) + random.nextInt(DRAWS);
        if (epoch >= ofNode(lease)) {
            throw new IllegalStateException("a gateway has settled this shard; nothing is left to do for this pod");
        }
        return epoch;
    }
}
