package io.backfill.job.dispatch;

import io.backfill.plan.PlanManifest;
import io.backfill.run.PartitionRun;
import io.backfill.run.RunningBatch;
import jakarta.batch.runtime.context.StepContext;

/**
 * State shared by the artifacts of one partition, stored as the step context's transient user data and used by its chunk
 * thread only. The runtime announces a stop by a {@code writeItems} that neither the checkpoint algorithm nor the end of the
 * plan has announced.
 */
final class PartitionWork {
    private final RunningBatch running;
    private final PlanManifest manifest;
    private PartitionRun run;
    private boolean writeAnnounced;

    PartitionWork(PartitionRun run, RunningBatch running, PlanManifest manifest) {
        this.run = run;
        this.running = running;
        this.manifest = manifest;
    }

    static PartitionWork of(StepContext context) {
        return (PartitionWork) context.getTransientUserData();
    }

    PartitionRun run() {
        return run;
    }

    /** Replaces the current partition, which has ended, by the next one. */
    void goOnWith(PartitionRun next) {
        run = next;
    }

    PlanManifest manifest() {
        return manifest;
    }

    RunningBatch running() {
        return running;
    }

    void announceWrite() {
        writeAnnounced = true;
    }

    /** Whether the current write was announced; resets the announcement. */
    boolean takeAnnouncement() {
        boolean announced = writeAnnounced;
        writeAnnounced = false;
        return announced;
    }
}
