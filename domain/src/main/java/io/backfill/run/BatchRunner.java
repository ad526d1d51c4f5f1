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

    /** Asks every execution on this node to stop at its next checkpoint; returns at once. */
    void stopAll();

    /** Executions that have been started and whose end was not told yet. */
    int running();
}
