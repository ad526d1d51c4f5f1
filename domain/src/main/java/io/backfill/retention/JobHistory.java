package io.backfill.retention;

import java.time.Instant;

/**
 * SPI: what the batch runtime of this node remembers of its executions. It is for operators to read, never the truth, and each
 * node has its own.
 *
 * <p>Failures are {@link IllegalStateException}. Each method is one short transaction.
 */
public interface JobHistory {
    /**
     * Says of executions that were created before {@code boot} and did not get to say how they ended that their process ended
     * under them. Only before this process starts its first one.
     *
     * @return how many
     */
    int closeInterrupted(Instant boot);

    /**
     * Removes executions that ended before {@code end}, with their steps, partitions and job instances, oldest first.
     *
     * @return how many; less than {@code limit} when no more are left
     */
    int removeEndedBefore(Instant end, int limit);

    /** How many {@link #removeEndedBefore} would remove in all. */
    long countEndedBefore(Instant end);
}
