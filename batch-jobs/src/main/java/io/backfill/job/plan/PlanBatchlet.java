package io.backfill.job.plan;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.LeaseLostException;
import io.backfill.batches.LineError;
import io.backfill.batches.Rerun;
import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileCatalog;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.job.InferenceJob;
import io.backfill.job.InferenceJobParameters;
import io.backfill.offload.Offload;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanInputs;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.PlanStore;
import io.backfill.plan.Planner;
import io.backfill.plan.PreparedInput;
import io.backfill.plan.Sharding;
import io.backfill.rerun.RerunLines;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.StepSpan;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the input and stores the plan. If the plan is already stored, an earlier owner has completed this step,
 * and only the row may have to be updated.
 */
@Named
@Dependent
public class PlanBatchlet extends AbstractBatchlet {
    private static final Logger LOG = Logger.getLogger("io.backfill.job");

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
    private BatchLifecycle lifecycle;

    @Inject
    private FileCatalog files;

    @Inject
    private FileStore store;

    @Inject
    private PlanInputs inputs;

    @Inject
    private Planner planner;

    @Inject
    private PartitionOpener partitions;

    @Inject
    private Offload offload;

    @Inject
    private BatchTraces traces;

    @Inject
    private InstantSource time;

    /** Aborts planning when the runtime stops the job. */
    @Override
    public void stop() {
        admitted().ifPresent(running -> running.abort().trip(AbortCause.SHUTDOWN));
    }

    /** Returns the batch if this execution may work on it. Later steps need not ask, because the job ends here otherwise. */
    private Optional<RunningBatch> admitted() {
        return InferenceJobParameters.parse(batch, epoch)
                .flatMap(parameters -> runningBatches.find(parameters.batch(), parameters.epoch()))
                .filter(running -> running.admits(context.getExecutionId()));
    }

    @Override
    public String process() throws IOException {
        Optional<RunningBatch> held = admitted();
        if (held.isEmpty()) {
            return InferenceJob.NOT_LEASE_HOLDER;
        }
        try {
            return plan(held.get());
        } catch (LeaseLostException lost) {
            held.get().abort().trip(AbortCause.LOST_LEASE);
            return InferenceJob.NOT_LEASE_HOLDER;
        } catch (IOException | RuntimeException e) {
            held.get().failed(e);
            throw e;
        }
    }

    private String plan(RunningBatch running) throws IOException {
        Batch row = batches.find(running.id()).orElseThrow(() -> new LeaseLostException(running.id(), running.epoch()));
        boolean settles = running.batch().supervision().settle() && row.counts().total() > 0;
        Optional<PlanManifest> stored = settles ? planAgain(running, row) : new PlanStore(store).find(running.id());
        if (stored.isPresent()) {
            LOG.debugf(
                    "Batch %s already has a plan for %d lines",
                    running.id(), stored.get().total());
            if (!settles) {
                partitions.lookAhead(
                        running,
                        stored.get().models().stream().map(ModelPlan::partition).toList());
            }
            running.planned(stored.get());
            if (row.status() == BatchStatus.VALIDATING || row.status() == BatchStatus.CANCELLING) {
                planned(running, stored.get());
            }
            return InferenceJob.PLANNED;
        }
        if (row.status() == BatchStatus.CANCELLING || running.abort().isTripped()) {
            return endedEarly(running);
        }
        Optional<LineError> missing = whyUnusable(row);
        if (missing.isPresent()) {
            return refused(running, List.of(missing.get()));
        }
        return switch (read(running, row, running.abort()::isTripped)) {
            case PlanResult.Stopped _ -> endedEarly(running);
            case PlanResult.Refused refused -> refused(running, refused.errors());
            case PlanResult.Planned planned -> {
                // the file was deleted while it was read: fail the batch, as it would have failed a moment earlier
                Optional<LineError> gone = whyUnusable(row);
                if (gone.isPresent()) {
                    yield refused(running, List.of(gone.get()));
                }
                planned(running, planned.manifest());
                yield InferenceJob.PLANNED;
            }
        };
    }

    /**
     * Plans again for a batch whose folder may be damaged; planning twice gives the same bytes. Empty when neither the input
     * nor the stored plan can be read.
     */
    private Optional<PlanManifest> planAgain(RunningBatch running, Batch row) {
        try {
            if (read(running, row, () -> false) instanceof PlanResult.Planned again) {
                return Optional.of(again.manifest());
            }
        } catch (IOException unreadable) {
            // the stored plan may still be readable
        }
        try {
            return new PlanStore(store).find(running.id());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private PlanResult read(RunningBatch running, Batch row, BooleanSupplier stopped) throws IOException {
        return traces.within(BatchTraces.Step.PLAN, running.batch(), span -> {
            PlanResult result = readInput(running, row, stopped);
            describe(span, result);
            return result;
        });
    }

    private PlanResult readInput(RunningBatch running, Batch row, BooleanSupplier stopped) throws IOException {
        String key = StoredFile.key(row.spec().inputFileId().orElseThrow());
        try {
            return switch (inputs.prepare(running.id(), key, stopped)) {
                case PreparedInput.Refused refused -> new PlanResult.Refused(List.of(refused.error()));
                case PreparedInput.Stopped _ -> new PlanResult.Stopped();
                case PreparedInput.Ready input ->
                    planner.plan(
                            running.id(),
                            row.spec().endpoint(),
                            input.key(),
                            lines(row),
                            order(row.spec()),
                            sharding(row),
                            stopped);
            };
        } catch (NoSuchFileException gone) {
            return new PlanResult.Refused(List.of(notFound(row)));
        }
    }

    private IntPredicate lines(Batch row) throws IOException {
        Optional<Rerun> rerun = row.identity().rerun();
        if (rerun.isEmpty()) {
            return line -> true;
        }
        return RerunLines.of(rerun.get(), store)::get;
    }

    /** Limits of calls and tokens hold in one process, so a batch with such a limit is not planned for pods. */
    private Sharding sharding(Batch row) {
        return row.steering().limitsCalls() ? Sharding.NONE : offload.sharding(row.spec());
    }

    private static void describe(StepSpan span, PlanResult result) {
        switch (result) {
            case PlanResult.Planned planned -> {
                span.note("lines", planned.manifest().total());
                span.note("partitions", planned.manifest().models().size());
            }
            case PlanResult.Refused refused ->
                span.failed(refused.errors().getFirst().code());
            case PlanResult.Stopped _ -> span.note("stopped", "true");
        }
    }

    private PlanOrder order(BatchSpec spec) {
        return spec.order().map(PlanOrder::named).orElseGet(planner::defaultOrder);
    }

    /** Returns why the input file cannot be used, if so. */
    private Optional<LineError> whyUnusable(Batch row) {
        if (row.identity().rerun().isPresent()) {
            // the parent has checked it; the owner may have deleted it since, and its bytes are kept for reruns
            return Optional.empty();
        }
        Optional<StoredFile> file =
                row.spec().inputFileId().flatMap(id -> files.find(row.tenant(), id, time.instant()));
        if (file.isEmpty()) {
            return Optional.of(notFound(row));
        }
        FilePurpose purpose = file.get().purpose();
        return purpose == FilePurpose.BATCH
                ? Optional.empty()
                : Optional.of(LineError.ofFile(
                        "invalid_request",
                        "Invalid file purpose: expected 'batch' but got '" + purpose.wireName() + "'.",
                        "file_id"));
    }

    private static LineError notFound(Batch row) {
        return LineError.ofFile(
                "invalid_request",
                "Cannot find file " + row.spec().inputFile() + ", or organization " + row.tenant()
                        + " does not have access to it.",
                "file_id");
    }

    private String endedEarly(RunningBatch running) {
        boolean interrupted =
                running.abort().cause().filter(cause -> !cause.endsBatch()).isPresent();
        LOG.debugf(
                "Batch %s is not planned: %s",
                running.id(), running.abort().cause().map(AbortCause::name).orElse("it was cancelled"));
        if (interrupted) {
            return InferenceJob.INTERRUPTED;
        }
        lifecycle.applyAsOwner(running.id(), running.epoch(), new BatchEvent.EndedUnplanned(), List.of());
        return InferenceJob.ENDED;
    }

    private String refused(RunningBatch running, List<LineError> errors) {
        // messages may quote the input, so only codes and line numbers are logged
        LineError first = errors.getFirst();
        LOG.debugf(
                "Batch %s is refused: %d errors, the first one is %s in line %d (0: the whole file)",
                running.id(), errors.size(), first.code(), first.line().orElse(0));
        lifecycle.applyAsOwner(running.id(), running.epoch(), new BatchEvent.Refused(errors), List.of());
        return InferenceJob.ENDED;
    }

    private void planned(RunningBatch running, PlanManifest manifest) {
        running.planned(manifest);
        LOG.debugf(
                "Batch %s is planned: %d lines in %d partitions, for %s",
                running.id(), manifest.total(), manifest.models().size(), manifest.offload() ? "pods" : "this gateway");
        lifecycle.applyAsOwner(
                running.id(),
                running.epoch(),
                new BatchEvent.Planned(manifest.total(), manifest.onlyModel()),
                List.of());
    }
}
