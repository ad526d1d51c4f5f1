package io.backfill.run;

import io.backfill.ids.BatchId;

/** SPI: starts and stops the job of a batch. Implemented by the one module that knows the batch runtime. */
public interface BatchRunner {
    /**
     * Starts a new execution for a batch that is in {@link RunningBatches} under this epoch; returns at once. The end is told to
     * {@link JobEnds}, exactly once unless the process dies.
     *
     * @throws RuntimeException when it cannot be started; nothing runs then
     */
    void start(BatchId batch, long epoch);

    /** Whether an execution for this batch and epoch is under way on this node. */
    boolean isRunning(BatchId batch, long epoch);
}
