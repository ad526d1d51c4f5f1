package io.backfill.retention;

import java.time.Instant;

/**
 * SPI for the batch runtime's history of executions on this node. It is information for operators only; the state of a batch never
 * depends on it. Each node has its own.
 *
 * <p>Failures are reported as {@link IllegalStateException}. Each method runs in one short transaction.
 */
public interface JobHistory {
    /**
     * Marks executions that were created before {@code boot} and have no recorded end as stopped with their process. Must be
     * called before this process starts its first execution.
     *
     * @return number of executions marked
     */
    int closeInterrupted(Instant boot);

    /**
     * Removes executions that ended before {@code end}, with their steps, partitions and job instances, oldest first.
     *
     * @return number of executions removed; less than {@code limit} if no more are left
     */
    int removeEndedBefore(Instant end, int limit);

    /** Returns the total number of executions that {@link #removeEndedBefore} would remove. */
    long countEndedBefore(Instant end);
}
