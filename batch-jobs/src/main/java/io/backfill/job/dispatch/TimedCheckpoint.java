package io.backfill.job.dispatch;

import io.backfill.dispatch.DispatchConfig;
import jakarta.batch.api.chunk.CheckpointAlgorithm;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Ends a chunk about once a second, and additionally as soon as the batch is aborted. */
@Named
@Dependent
public class TimedCheckpoint implements CheckpointAlgorithm {
    /**
     * Time-out in seconds of a chunk's transaction; longer than the longest grace. The step property for open() has the same
     * value.
     */
    static final int TIMEOUT_SECONDS = 600;

    @Inject
    private DispatchConfig config;

    @Inject
    private StepContext context;

    private long beganAt = System.nanoTime();
    private boolean sawAbort;

    @Override
    public int checkpointTimeout() {
        return TIMEOUT_SECONDS;
    }

    @Override
    public void beginCheckpoint() {
        beganAt = System.nanoTime();
    }

    @Override
    public boolean isReadyToCheckpoint() {
        PartitionWork work = PartitionWork.of(context);
        boolean firstSightOfAbort = !sawAbort && work.run().aborted();
        sawAbort |= firstSightOfAbort;
        boolean ready = firstSightOfAbort
                || System.nanoTime() - beganAt >= config.checkpointEvery().toNanos();
        if (ready) {
            work.announceWrite();
        }
        return ready;
    }

    @Override
    public void endCheckpoint() {
        // the time is reset in beginCheckpoint
    }
}
