package io.backfill.lifecycle;

import java.time.Duration;

/**
 * How a node claims and runs batches.
 *
 * @param threads threads of the batch runtime that claimed batches may use together: one per job and one per dispatched model
 * @param maxModels maximum number of models in one batch
 * @param lease duration of a claim without renewal
 * @param poll interval of polling for work, in case a wake-up was lost
 */
public record JobsConfig(int threads, int maxModels, Duration lease, Duration poll) {
    public static final JobsConfig DEFAULT = new JobsConfig(256, 32, Duration.ofSeconds(20), Duration.ofSeconds(1));

    /** Number of batches planned at once, each with one thread. */
    static final int PLANNERS = 4;

    /**
     * Number of batches settled at once: their files are assembled because a cancel or the end of their window ended them
     * while they waited.
     */
    static final int SETTLERS = 4;

    public JobsConfig {
        if (threads < least(maxModels) || threads > 4096) {
            throw new IllegalArgumentException("backfill.jobs.threads must be " + least(maxModels)
                    + " (backfill.batches.max-models and " + least(0) + ") to 4096, not " + threads);
        }
        if (lease.compareTo(Duration.ofSeconds(4)) < 0 || lease.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("backfill.jobs.lease must be 4s to 10m, not " + lease);
        }
        if (poll.compareTo(Duration.ofMillis(50)) < 0 || poll.multipliedBy(3).compareTo(lease) > 0) {
            throw new IllegalArgumentException(
                    "backfill.jobs.poll must be 50ms to a third of backfill.jobs.lease, not " + poll);
        }
    }

    private static int least(int maxModels) {
        return PLANNERS + SETTLERS + 1 + maxModels;
    }

    /** Number of threads for dispatched batches. */
    public int dispatchThreads() {
        return threads - PLANNERS - SETTLERS;
    }
}
