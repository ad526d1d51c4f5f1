package io.backfill.job.dispatch;

import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileStore;
import io.backfill.job.InferenceJob;
import io.backfill.job.InferenceJobParameters;
import io.backfill.offload.Offload;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.StepExecution;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.util.Optional;

/**
 * Decides between planning and dispatch. If this node has a place for the batch, the execution continues. Otherwise it ends,
 * and the batch waits in the catalog for another execution, at the cost of a row. A batch with nothing left to send proceeds
 * to assembly.
 */
@Named
@Dependent
public class DispatchPlaceDecider implements Decider {
    @Inject
    @BatchProperty
    private String batch;

    @Inject
    @BatchProperty
    private String epoch;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private DispatchPlaces places;

    @Inject
    private Offload offload;

    @Inject
    private FileStore store;

    @Override
    public String decide(StepExecution[] steps) throws IOException {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        Optional<RunningBatch> held = runningBatches.find(parameters.batch(), parameters.epoch());
        if (held.isEmpty()) {
            return InferenceJob.NOT_LEASE_HOLDER;
        }
        try {
            return decide(held.get());
        } catch (IOException | RuntimeException e) {
            held.get().failed(e);
            throw e;
        }
    }

    private String decide(RunningBatch running) throws IOException {
        Optional<AbortCause> cause = running.abort().cause();
        if (cause.filter(why -> !why.endsBatch()).isPresent()) {
            return InferenceJob.INTERRUPTED;
        }
        PlanManifest manifest = new PlanStore(store).require(running.id());
        boolean inPods = offload.takes(running.id(), manifest);
        if (!inPods && (running.settles() || running.left().isEmpty())) {
            return InferenceJob.SETTLED;
        }
        // also dispatch an offloaded batch that has ended, because its pods must be stopped
        if (running.settles() || places.enter(running, inPods)) {
            return InferenceJob.PLACE;
        }
        running.waits();
        return InferenceJob.WAIT;
    }
}
