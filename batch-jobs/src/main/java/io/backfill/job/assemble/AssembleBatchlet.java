package io.backfill.job.assemble;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.Forecast;
import io.backfill.batches.LeaseLostException;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Rerun;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortCause;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.job.InferenceJob;
import io.backfill.job.InferenceJobParameters;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.rerun.InheritedResults;
import io.backfill.results.Assembly;
import io.backfill.results.Inherited;
import io.backfill.results.LogTotals;
import io.backfill.results.NotRunReason;
import io.backfill.results.ResultLogs;
import io.backfill.results.Salvage;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.StepSpan;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Writes the result files and sets the terminal status. The ids of the files are fixed in the row first, so that after a
 * crash the step is simply repeated. The records of the files become visible in the transaction that ends the batch.
 */
@Named
@Dependent
public class AssembleBatchlet extends AbstractBatchlet {
    private static final Duration DEFAULT_LIFE = Duration.ofDays(30);

    @Inject
    @BatchProperty
    private String batch;

    @Inject
    @BatchProperty
    private String epoch;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private BatchCatalog batches;

    @Inject
    private BatchLifecycle lifecycle;

    @Inject
    private FileStore store;

    @Inject
    private ResultLogs logs;

    @Inject
    private IdGenerator ids;

    @Inject
    private BatchTraces traces;

    @Inject
    private InstantSource time;

    @Override
    public String process() throws IOException {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        Optional<RunningBatch> held = runningBatches.find(parameters.batch(), parameters.epoch());
        if (held.isEmpty()) {
            return InferenceJob.NOT_LEASE_HOLDER;
        }
        Optional<AbortCause> cause = held.get().abort().cause();
        if (cause.filter(AbortCause::leavesOpenCalls).isPresent()
                && held.get().left().isEmpty()) {
            // the last calls have finished the batch
            cause = Optional.empty();
        }
        if (cause.filter(why -> !why.endsBatch()).isPresent()) {
            return InferenceJob.INTERRUPTED;
        }
        RunningBatch running = held.get();
        Optional<AbortCause> why = cause;
        try {
            traces.within(BatchTraces.Step.ASSEMBLE, running.batch(), span -> {
                Batch ended = running.batch().supervision().settle() ? settle(running) : assemble(running, why);
                describe(span, ended);
                return ended;
            });
            return InferenceJob.ENDED;
        } catch (LeaseLostException lost) {
            held.get().abort().trip(AbortCause.LOST_LEASE);
            return InferenceJob.NOT_LEASE_HOLDER;
        } catch (IOException | RuntimeException e) {
            held.get().failed(e);
            throw e;
        }
    }

    private static void describe(StepSpan span, Batch ended) {
        span.note("status", ended.status().wireName());
        span.note("completed", ended.counts().completed());
        span.note("failed", ended.counts().failed());
    }

    private Batch assemble(RunningBatch running, Optional<AbortCause> cause) throws IOException {
        PlanManifest manifest = new PlanStore(store).require(running.id());
        Assembly assembly = Assembly.open(store, logs, running.id(), manifest, running.logEpoch());
        int unfinished = assembly.unfinished();
        if (unfinished > 0 && cause.isEmpty()) {
            throw new IOException(unfinished + " lines have no result, but the batch was not ended early");
        }
        LogTotals totals = assembly.totals();
        RequestCounts counts = new RequestCounts(manifest.total(), totals.completed(), totals.failed());
        Optional<Usage> usage = totals.completed() == 0 ? Optional.empty() : Optional.of(totals.usage());
        // update the counters before the status changes to one in which nothing runs any more
        Forecast forecast = new Forecast(OptionalDouble.of(manifest.prefixBound()), false, Optional.empty());
        if (!batches.recordProgress(running.id(), running.epoch(), counts, usage)
                || !batches.recordForecast(running.id(), running.epoch(), forecast)) {
            throw new LeaseLostException(running.id(), running.epoch());
        }
        Batch begun = lifecycle.applyAsOwner(
                running.id(),
                running.epoch(),
                new BatchEvent.AssemblyBegun(ResultFiles.reserved(ids.fileId(), ids.fileId()), unfinished == 0),
                List.of());
        ResultFiles reserved = begun.state().results().orElseThrow();
        Assembly.Made made = assembly.write(reserved, whyNeverRun(begun), inherited(begun, manifest));
        return lifecycle.applyAsOwner(
                running.id(),
                running.epoch(),
                new BatchEvent.Assembled(
                        counts,
                        usage,
                        reserved.made(made.outputBytes() > 0, made.errorBytes() > 0, assembly.partitions())),
                records(begun, reserved, made));
    }

    private Inherited inherited(Batch row, PlanManifest manifest) throws IOException {
        Optional<Rerun> rerun = row.identity().rerun();
        return rerun.isEmpty() ? Inherited.NONE : new InheritedResults(store, row.id(), manifest).of(rerun.get());
    }

    /**
     * Ends the batch by order of an operator, with the results that can be read, whatever the checkpoints of the logs. The
     * counts are those of the files.
     */
    private Batch settle(RunningBatch running) throws IOException {
        PlanManifest manifest = new PlanStore(store).require(running.id());
        Batch begun = lifecycle.applyAsOwner(
                running.id(),
                running.epoch(),
                new BatchEvent.AssemblyBegun(ResultFiles.reserved(ids.fileId(), ids.fileId()), false),
                List.of());
        ResultFiles reserved = begun.state().results().orElseThrow();
        Salvage.Made made = new Salvage(store, running.id(), manifest)
                .write(reserved, NotRunReason.SETTLED, inheritedIfReadable(begun, manifest));
        LogTotals totals = made.totals();
        return lifecycle.applyAsOwner(
                running.id(),
                running.epoch(),
                new BatchEvent.Assembled(
                        new RequestCounts(manifest.total(), totals.completed(), totals.failed()),
                        totals.completed() == 0 ? Optional.empty() : Optional.of(totals.usage()),
                        reserved.made(
                                made.files().outputBytes() > 0, made.files().errorBytes() > 0)),
                records(begun, reserved, made.files()));
    }

    private Inherited inheritedIfReadable(Batch row, PlanManifest manifest) {
        try {
            return inherited(row, manifest);
        } catch (IOException unreadable) {
            // the order is to end the batch with what can be read
            return Inherited.NONE;
        }
    }

    /**
     * Determines the reason from immutable columns of the row, so that a repeated assembly gives the same bytes even if a
     * cancel came in between.
     */
    private static NotRunReason whyNeverRun(Batch row) {
        return row.state()
                        .entered(BatchStatus.CANCELLING)
                        .filter(at -> at.isBefore(row.deadline()))
                        .isPresent()
                ? NotRunReason.CANCELLED
                : NotRunReason.EXPIRED;
    }

    private List<StoredFile> records(Batch row, ResultFiles files, Assembly.Made made) {
        List<StoredFile> records = new ArrayList<>();
        if (made.outputBytes() > 0) {
            records.add(record(row, files.output(), "output", made.outputBytes()));
        }
        if (made.errorBytes() > 0) {
            records.add(record(row, files.errors(), "error", made.errorBytes()));
        }
        return records;
    }

    private StoredFile record(Batch row, FileId id, String what, long bytes) {
        Instant createdAt = Instant.ofEpochSecond(time.instant().getEpochSecond());
        return new StoredFile(
                id,
                row.tenant(),
                row.id().value() + "_" + what + ".jsonl",
                FilePurpose.BATCH_OUTPUT,
                bytes,
                createdAt,
                Optional.of(createdAt.plus(row.spec().outputExpiresAfter().orElse(DEFAULT_LIFE))));
    }
}
