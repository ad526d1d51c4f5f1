package io.backfill.job;

import static io.backfill.job.JobLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.RequestCounts;
import io.backfill.ids.BatchId;
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
import org.jspecify.annotations.Nullable;

/**
 * Reports the end of an execution: to operators by its exit status, to the claim loop by an event. An execution that may not work on
 * its batch only gets an exit status. The exit status begins with the batch from the start on, because consoles do not show the
 * parameters of an execution.
 */
@Named
@Dependent
public class JobEndListener extends AbstractJobListener {
    @Inject
    @BatchProperty
    private @Nullable String batch;

    @Inject
    @BatchProperty
    private @Nullable String epoch;

    @Inject
    private JobContext context;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private BatchCatalog batches;

    @Inject
    private JobEndObserver observer;

    @Override
    public void beforeJob() {
        InferenceJobParameters.parse(batch, epoch).ifPresent(parameters -> {
            context.setExitStatus(parameters.batch() + " RUNNING");
            // partitions have a copy of this context, whose exit status no console shows
            runningBatches
                    .find(parameters.batch(), parameters.epoch())
                    .filter(held -> held.admits(context.getExecutionId()))
                    .ifPresent(held -> held.showProgressOn(progress -> context.setExitStatus(progress.text())));
        });
    }

    @Override
    public void afterJob() {
        Optional<InferenceJobParameters> parameters = InferenceJobParameters.parse(batch, epoch);
        if (parameters.isEmpty()) {
            refused("REFUSED only Backfill starts this job");
            return;
        }
        BatchId id = parameters.get().batch();
        Optional<RunningBatch> held = runningBatches.find(id, parameters.get().epoch());
        if (held.isEmpty()) {
            refused(id + " " + InferenceJob.NOT_LEASE_HOLDER + " this node does not hold the lease of epoch " + epoch);
        } else if (!held.get().admits(context.getExecutionId())) {
            refused(id + " " + InferenceJob.NOT_LEASE_HOLDER + " another execution runs this batch");
        } else {
            held.get().showProgressOn(afterTheEnd -> {});
            String outcome = outcome(held.get());
            context.setExitStatus(new ExitStatus(id + " " + outcome).text());
            observer.ended(id, held.get().epoch(), new ExitStatus(outcome).text());
        }
    }

    private void refused(String exitStatus) {
        context.setExitStatus(exitStatus);
        LOG.refused(context.getExecutionId(), exitStatus);
    }

    private String outcome(RunningBatch held) {
        Optional<String> problem = held.whyFailed();
        if (problem.isPresent()) {
            return "Error: " + problem.get();
        }
        Optional<Batch> row;
        try {
            row = batches.find(held.id());
        } catch (RuntimeException databaseAway) {
            return "Error: " + databaseAway.getMessage();
        }
        if (row.filter(ended -> ended.status().terminal()).isEmpty()
                && context.getBatchStatus() == BatchStatus.FAILED) {
            return "Error: the batch runtime failed the job; see its log for the cause";
        }
        if (held.isWaiting() && row.filter(ended -> ended.status().terminal()).isEmpty()) {
            return "PLANNED waits for a place";
        }
        return row.filter(ended -> ended.status().terminal())
                .map(JobEndListener::summary)
                .orElseGet(
                        () -> "STOPPED " + held.abort().cause().map(Enum::name).orElse("by the batch runtime"));
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
