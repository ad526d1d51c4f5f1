package io.backfill.results;

import java.util.random.RandomGenerator;

/**
 * The epochs under which logs are opened. The epochs of two leases leave a range between them for pods, which have no lease of
 * their own. The pods of a Job rank above all owners before the lease under which the Job was created, in the order of their
 * attempts, and below every node that has held a lease since. So a later owner of a log always has the higher number, and the
 * bytes of earlier owners are fixed.
 *
 * <p>The cluster may occasionally start two pods for one index at the same time, and both then find the same newest epoch. Each
 * therefore draws a random position within the range of the next attempt, and the pod with the higher number ends the other one.
 * Both draw the same position with a probability of one in {@value #DRAWS}.
 */
public final class LogEpoch {
    private static final int POD_BITS = 30;
    private static final int DRAW_BITS = 14;
    private static final int DRAWS = 1 << DRAW_BITS;

    private LogEpoch() {}

    /** Returns the epoch of the node that holds the lease with the epoch {@code lease}. */
    public static long ofNode(long lease) {
        return ((lease + 1) << POD_BITS) - 1;
    }

    /**
     * Returns the epoch of a pod's attempt.
     *
     * @param lease epoch of the lease under which the Job was created
     * @param newest highest epoch that has opened the log so far
     * @param random draws the position among pods that find the same newest epoch
     * @throws IllegalStateException if a node with this lease or a later one has already opened the log
     */
    public static long ofPod(long lease, long newest, RandomGenerator random) {
        long attempt = (Math.max(newest, lease << POD_BITS) >> DRAW_BITS) + 1;
        long epoch = (attempt << DRAW_BITS) + random.nextInt(DRAWS);
        if (epoch >= ofNode(lease)) {
            throw new IllegalStateException("a gateway has settled this shard; this pod has nothing left to do");
        }
        return epoch;
    }
}
