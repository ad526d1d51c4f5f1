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
 * A batch as stored in its row.
 *
 * @param createdAt to the second, like all times of a batch
 * @param deadline creation time plus window
 * @param entered when each status was entered; entries are never removed, and never earlier than the one before
 * @param model the only model of the file; empty before validation and for files with several models
 * @param results ids of the result files, fixed before their first byte is written; the client sees them only through
 *     {@link #outputFile} and {@link #errorFile}
 * @param usage empty until a line has succeeded
 * @param version counts status changes, for compare-and-set. Changes of counters, forecast and leases do not affect it
 * @param forecast latest forecast of the node that runs the batch
 * @param supervision latest state of node deaths and operator orders
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
        Forecast forecast,
        Supervision supervision) {

    public Batch {
        entered = Collections.unmodifiableMap(
                entered.isEmpty() ? new EnumMap<>(BatchStatus.class) : new EnumMap<>(entered));
        errors = List.copyOf(errors);
    }

    /** Returns a new batch whose input has not been read. */
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
                Forecast.NONE,
                Supervision.NONE);
    }

    public Optional<Instant> entered(BatchStatus which) {
        return Optional.ofNullable(entered.get(which));
    }

    /** Returns when the batch ended; empty before that. */
    public Optional<Instant> ended() {
        return status.terminal() ? entered(status) : Optional.empty();
    }

    /** Returns the output file; empty before the terminal status and if the file has no line. */
    public Optional<FileId> outputFile() {
        return status.terminal() ? results.flatMap(ResultFiles::visibleOutput) : Optional.empty();
    }

    /** Returns the error file; empty before the terminal status and if the file has no line. */
    public Optional<FileId> errorFile() {
        return status.terminal() ? results.flatMap(ResultFiles::visibleErrors) : Optional.empty();
    }

    /** Returns the folder in the store with everything that belongs to this batch while it runs. */
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
                forecast,
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
                forecast,
                supervision);
    }

    public Batch withForecast(Forecast next) {
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
                next.after(forecast),
                supervision);
    }

    public Batch withSupervision(Supervision next) {
        return new Batch(
                id, tenant, spec, createdAt, deadline, status, entered, model, errors, counts, usage, results, headers,
                lease, version, forecast, next);
    }

    /** Returns the pause of the batch; empty if it is not paused. */
    public Optional<BatchPause> pause() {
        return status.terminal() ? Optional.empty() : supervision.pause();
    }
}
