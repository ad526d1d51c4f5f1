package io.backfill.service;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.Rerun;
import io.backfill.batches.Steering;
import io.backfill.batches.SteeringChange;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs lines of an ended batch again, as a new batch over the same input. Thread-safe. */
public final class RerunService {
    private final BatchService batches;
    private final FileCatalog files;
    private final FileStore store;
    private final InstantSource time;

    public RerunService(BatchService batches, FileCatalog files, FileStore store, InstantSource time) {
        this.batches = batches;
        this.files = files;
        this.store = store;
        this.time = time;
    }

    /**
     * What a client wants of a rerun.
     *
     * @param window empty for the parent's
     * @param metadata empty for the parent's
     */
    public record Wanted(
            Rerun.Lines lines,
            boolean merge,
            Optional<CompletionWindow> window,
            Optional<Map<String, String>> metadata,
            SteeringChange steering) {}

    /**
     * Creates a batch from an ended one. From its row on, the files that it needs are kept.
     *
     * @param headers captured from the request, to be sent with every call
     * @param key a repeated request with the same key returns the batch of the first one
     * @throws BackfillException {@code CONFLICT} if the parent has not ended, has no such line, or if a file is gone that the rerun
     *     needs; {@code NOT_FOUND}; and as for a create
     */
    public Batch rerun(
            TenantId tenant,
            BatchId parentId,
            Wanted wanted,
            Map<String, String> headers,
            Optional<IdempotencyKey> key,
            Optional<String> traceParent) {
        Batch parent = batches.get(tenant, parentId);
        checkLines(parent, wanted.lines());
        Rerun rerun = Rerun.of(parent, wanted.lines(), wanted.merge());
        if (rerun.ancestors().size() > Rerun.MOST_ANCESTORS) {
            throw conflict("Cannot rerun batch '" + parentId + "': it is the last of " + Rerun.MOST_ANCESTORS
                    + " batches that rerun each other without 'merge'.");
        }
        checkFiles(parent, rerun);
        BatchSpec spec = parent.spec();
        return batches.createRerun(
                tenant,
                new BatchSpec(
                        spec.inputFile(),
                        spec.endpoint(),
                        wanted.window().orElse(spec.window()),
                        wanted.metadata().or(spec::metadata),
                        spec.outputExpiresAfter()),
                wanted.steering().of(inherited(parent.steering())),
                rerun,
                headers,
                key,
                traceParent);
    }

    /** A budget is not inherited: its tokens were for the lines of the earlier batch. */
    private static Steering inherited(Steering parent) {
        return new Steering(parent.priority(), parent.maxInFlight(), OptionalLong.empty());
    }

    private static void checkLines(Batch parent, Rerun.Lines lines) {
        String status = parent.status().wireName();
        if (!parent.status().terminal()) {
            throw conflict("Cannot rerun a batch with status '" + status + "'. Wait until it has ended.");
        }
        if (parent.counts().total() == 0) {
            throw conflict("Cannot rerun batch '" + parent.id() + "': it ended with status '" + status
                    + "' before its lines were accepted. Create a new batch.");
        }
        if (lines.in(parent.counts()) == 0) {
            throw conflict("Batch '" + parent.id() + "' has no line that is '" + lines.wireName() + "'.");
        }
    }

    private void checkFiles(Batch parent, Rerun rerun) {
        FileId input = parent.spec().inputFileId().orElseThrow();
        try {
            // a deleted file has no record that can be found; its bytes are kept for some time
            if (store.size(StoredFile.key(input)).isEmpty()) {
                throw conflict("Cannot rerun batch '" + parent.id() + "': its input file '" + input
                        + "' was deleted or has expired, and is no longer kept.");
            }
        } catch (IOException e) {
            throw ArrivingBytes.storeFailure(e);
        }
        for (FileId source : rerun.sources()) {
            if (files.find(parent.tenant(), source, time.instant()).isEmpty()) {
                throw conflict("Cannot rerun batch '" + parent.id() + "': the result file '" + source
                        + "' is needed and was deleted or has expired."
                        + (rerun.merge() ? " Without 'merge', only the error file of the batch is needed." : ""));
            }
        }
    }

    private static BackfillException conflict(String message) {
        return new BackfillException(ErrorCode.CONFLICT, message);
    }
}
