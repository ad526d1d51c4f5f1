package io.backfill.job;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.RequestCounts;
import io.backfill.run.ExitStatus;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Optional;

/** Reports the end of an execution: to operators by its exit status, to the claim loop by an event. */
@Named
@Dependent
public class JobEndListener extends AbstractJobListener {
    @Inject
    @BatchProperty
    private String batch;

    @Inject
    @BatchProperty
    private String epoch;

    @Inject
    private JobContext context;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private BatchCatalog batches;

    @Inject
    private JobEndObserver observer;

    @Override
    public void afterJob() {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        String exitStatus = new ExitStatus(exitStatus(parameters)).text();
        context.setExitStatus(exitStatus);
        observer.ended(parameters.batch(), parameters.epoch(), exitStatus);
    }

    private String exitStatus(InferenceJobParameters parameters) {
        Optional<RunningBatch> held = runningBatches.find(parameters.batch(), parameters.epoch());
        if (held.isEmpty()) {
            return "STOPPED not the lease holder";
        }
        Optional<String> problem = held.get().whyFailed();
        if (problem.isPresent()) {
            return "Error: " + problem.get();
        }
        Optional<Batch> row;
        try {
            row = batches.find(parameters.batch());
        } catch (RuntimeException databaseAway) {
            return "Error: " + databaseAway.getMessage();
        }
        if (row.filter(ended -> ended.status().terminal()).isEmpty()
                && context.getBatchStatus() == BatchStatus.FAILED) {
            return "Error: the batch runtime failed the job; see its log for the cause";
        }
        if (held.get().isWaiting()
                && row.filter(ended -> ended.status().terminal()).isEmpty()) {
            return "PLANNED waits for a place";
        }
        return row.filter(ended -> ended.status().terminal())
                .map(JobEndListener::summary)
                .orElseGet(() ->
                        "STOPPED " + held.get().abort().cause().map(Enum::name).orElse("by the batch runtime"));
    }

    private static String summary(Batch ended) {
        if (ended.status() == io.backfill.batches.BatchStatus.FAILED) {
            return "REFUSED " + ended.state().errors().size() + " errors, first: "
                    + ended.state().errors().getFirst().message();
        }
        RequestCounts counts = ended.counts();
        int neverRun = counts.total() - counts.completed() - counts.failed();
        return ended.status().name() + " " + counts.completed() + "/" + counts.total() + " ok, " + counts.failed()
                + " errors" + (neverRun == 0 ? "" : ", " + neverRun + " never run");
    }
}
