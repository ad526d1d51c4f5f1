package io.backfill.run;

import io.backfill.ids.BatchId;

/** SPI that starts the job of a batch. Implemented by the only module that depends on the batch runtime. */
public interface BatchRunner {
    /**
     * Starts a new execution for a batch that is in {@link RunningBatches} under this epoch. Returns immediately. The end of the
     * execution is reported to {@link JobEndObserver} exactly once, unless the process dies.
     *
     * @throws RuntimeException if the execution cannot be started; nothing is running then
     */
    void start(BatchId batch, long epoch);

    /** Whether an execution for this batch and epoch is running on this node. */
    boolean isRunning(BatchId batch, long epoch);
}
