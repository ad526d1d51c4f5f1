package io.backfill.job.dispatch;

import io.backfill.plan.PlanManifest;
import io.backfill.run.PartitionRun;
import io.backfill.run.RunningBatch;
import jakarta.batch.runtime.context.StepContext;

/**
 * What the artifacts of one partition share, as the step context's transient user data; used by its one chunk thread. The
 * {@code writeItems} that neither the checkpoint algorithm nor the end of the plan announced is how the runtime says stop.
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

    /** The partition that runs now came to its end; this one is next. */
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

    /** Whether the write that now comes was announced; asking takes the announcement back. */
    boolean takeAnnouncement() {
        boolean announced = writeAnnounced;
        writeAnnounced = false;
        return announced;
    }
}
