package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.run.BatchRunner;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds batches whose execution is gone although its end was never reported; their leases would be renewed indefinitely. An
 * execution must be missing in two consecutive passes, because a job may be about to report its end during one.
 */
public final class VanishedExecutionSweep {
    private final RunningBatches running;
    private final BatchRunner runner;
    private final JobEndObserver observer;
    private Set<RunningBatch> suspects = Set.of();

    public VanishedExecutionSweep(RunningBatches running, BatchRunner runner, JobEndObserver observer) {
        this.running = running;
        this.runner = runner;
        this.observer = observer;
    }

    /** One pass. Not thread-safe. */
    public void sweepOnce() {
        Set<RunningBatch> gone = new HashSet<>();
        for (RunningBatch held : running.all()) {
            if (!runner.isRunning(held.id(), held.epoch())) {
                gone.add(held);
            }
        }
        for (RunningBatch held : gone) {
            if (suspects.contains(held)) {
                LOG.jobVanished(held.id().value(), held.epoch());
                observer.ended(held.id(), held.epoch(), "Error: the execution vanished");
            }
        }
        suspects = gone;
    }
}
