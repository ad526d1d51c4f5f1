package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A batch as its row says.
 *
 * @param createdAt to the second, as all times of a batch
 * @param deadline created + window
 * @param entered when each status was entered; never cleared, never earlier than the one before
 * @param model the one model of the file; empty before validation and for mixed files
 * @param results the ids of the files to be, fixed before the first of their bytes is written; the client sees them only
 *     through {@link #outputFile} and {@link #errorFile}
 * @param usage empty until a line succeeded
 * @param version counts status changes; compare-and-set runs on it. Counters, outlook and leases do not touch it
 * @param outlook as the node that runs it sees it; newest
 * @param supervision deaths of nodes and orders of operators; newest
 */
public record Batch(
        BatchId id,
        TenantId tenant,
        BatchSpec spec,
        Instant createdAt,
        Instant deadline,
        BatchStatus status,
        Map<BatchStatus, Instant> entered,
        Optional<String> model,
        List<LineError> errors,
        RequestCounts counts,
        Optional<Usage> usage,
        Optional<ResultFiles> results,
        SealedHeaders headers,
        Lease lease,
        long version,
        Outlook outlook,
        Supervision supervision) {

    public Batch {
        entered = Collections.unmodifiableMap(
                entered.isEmpty() ? new EnumMap<>(BatchStatus.class) : new EnumMap<>(entered));
        errors = List.copyOf(errors);
    }

    /** A new batch, nothing read yet. */
    public static Batch created(BatchId id, TenantId tenant, BatchSpec spec, Instant now, SealedHeaders headers) {
        Instant createdAt = Instant.ofEpochSecond(now.getEpochSecond());
        return new Batch(
                id,
                tenant,
                spec,
                createdAt,
                createdAt.plus(spec.window().length()),
                BatchStatus.VALIDATING,
                Map.of(),
                Optional.empty(),
                List.of(),
                RequestCounts.NONE,
                Optional.empty(),
                Optional.empty(),
                headers,
                Lease.NONE,
                0,
                Outlook.NONE,
                Supervision.NONE);
    }

    public Optional<Instant> entered(BatchStatus which) {
        return Optional.ofNullable(entered.get(which));
    }

    /** When it ended; empty before. */
    public Optional<Instant> ended() {
        return status.terminal() ? entered(status) : Optional.empty();
    }

    /** The output file, from the terminal status on, when it has a line. */
    public Optional<FileId> outputFile() {
        return status.terminal() ? results.flatMap(ResultFiles::visibleOutput) : Optional.empty();
    }

    /** The error file, from the terminal status on, when it has a line. */
    public Optional<FileId> errorFile() {
        return status.terminal() ? results.flatMap(ResultFiles::visibleErrors) : Optional.empty();
    }

    /** The store folder of everything that belongs to this batch while it runs. */
    public static String folder(BatchId id) {
        return "batches/" + id.value();
    }

    public String folder() {
        return folder(id);
    }

    public Batch withLease(Lease next) {
        return new Batch(
                id,
                tenant,
                spec,
                createdAt,
                deadline,
                status,
                entered,
                model,
                errors,
                counts,
                usage,
                results,
                headers,
                next,
                version,
                outlook,
                supervision);
    }

    public Batch withProgress(RequestCounts nextCounts, Optional<Usage> nextUsage) {
        return new Batch(
                id,
                tenant,
                spec,
                createdAt,
                deadline,
                status,
                entered,
                model,
                errors,
                nextCounts,
                nextUsage,
                results,
                headers,
                lease,
                version,
                outlook,
                supervision);
    }

    public Batch withOutlook(Outlook next) {
        return new Batch(
                id,
                tenant,
                spec,
                createdAt,
                deadline,
                status,
                entered,
                model,
                errors,
                counts,
                usage,
                results,
                headers,
                lease,
                version,
                next.after(outlook),
                supervision);
    }

    public Batch withSupervision(Supervision next) {
        return new Batch(
                id, tenant, spec, createdAt, deadline, status, entered, model, errors, counts, usage, results, headers,
                lease, version, outlook, next);
    }

    /** Whether it is not worked on until it is resumed. */
    public Optional<BatchPause> pause() {
        return status.terminal() ? Optional.empty() : supervision.pause();
    }
}
