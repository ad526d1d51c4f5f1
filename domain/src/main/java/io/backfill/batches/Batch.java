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
 * @param usage empty until a line has succeeded
 * @param forecast latest forecast of the node that runs the batch
 * @param supervision latest state of node deaths and operator orders
 * @param steering latest orders of the owner
 */
public record Batch(
        Identity identity,
        State state,
        RequestCounts counts,
        Optional<Usage> usage,
        Lease lease,
        Forecast forecast,
        Supervision supervision,
        Steering steering) {

    /**
     * The part of a batch that never changes, except for the metadata, which its owner may replace.
     *
     * @param createdAt to the second, like all times of a batch
     * @param deadline creation time plus window
     * @param rerun what makes the batch a rerun of another one; empty for a batch of its own
     */
    public record Identity(
            BatchId id, TenantId tenant, BatchSpec spec, Instant createdAt, Instant deadline, Optional<Rerun> rerun) {
        /** Creates the identity of a batch of its own. */
        public Identity(BatchId id, TenantId tenant, BatchSpec spec, Instant createdAt, Instant deadline) {
            this(id, tenant, spec, createdAt, deadline, Optional.empty());
        }
    }

    /**
     * The part of a batch that a status change replaces.
     *
     * @param entered when each status was entered; entries are never removed, and never earlier than the one before
     * @param model the only model of the file; empty before validation and for files with several models
     * @param results ids of the result files, fixed before their first byte is written; the client sees them only through
     *     {@link Batch#outputFile} and {@link Batch#errorFile}
     * @param version counts status changes, for compare-and-set. Changes of counters, forecast and leases do not affect it
     */
    public record State(
            BatchStatus status,
            Map<BatchStatus, Instant> entered,
            Optional<String> model,
            List<LineError> errors,
            Optional<ResultFiles> results,
            SealedHeaders headers,
            long version) {

        public State {
            entered = Collections.unmodifiableMap(
                    entered.isEmpty() ? new EnumMap<>(BatchStatus.class) : new EnumMap<>(entered));
            errors = List.copyOf(errors);
        }

        public Optional<Instant> entered(BatchStatus which) {
            return Optional.ofNullable(entered.get(which));
        }
    }

    /** Returns a new batch whose input has not been read. */
    public static Batch created(BatchId id, TenantId tenant, BatchSpec spec, Instant now, SealedHeaders headers) {
        return created(id, tenant, spec, now, headers, Optional.empty());
    }

    /** Returns a new batch, which may be the rerun of another one. */
    public static Batch created(
            BatchId id, TenantId tenant, BatchSpec spec, Instant now, SealedHeaders headers, Optional<Rerun> rerun) {
        Instant createdAt = Instant.ofEpochSecond(now.getEpochSecond());
        return new Batch(
                new Identity(
                        id,
                        tenant,
                        spec,
                        createdAt,
                        createdAt.plus(spec.window().length()),
                        rerun),
                new State(BatchStatus.VALIDATING, Map.of(), Optional.empty(), List.of(), Optional.empty(), headers, 0),
                RequestCounts.NONE,
                Optional.empty(),
                Lease.NONE,
                Forecast.NONE,
                Supervision.NONE,
                Steering.NONE);
    }

    public BatchId id() {
        return identity.id();
    }

    public TenantId tenant() {
        return identity.tenant();
    }

    public BatchSpec spec() {
        return identity.spec();
    }

    public Instant deadline() {
        return identity.deadline();
    }

    public BatchStatus status() {
        return state.status();
    }

    public long version() {
        return state.version();
    }

    /** Returns when the batch ended; empty before that. */
    public Optional<Instant> ended() {
        return status().terminal() ? state.entered(status()) : Optional.empty();
    }

    /** Returns the output file; empty before the terminal status and if the file has no line. */
    public Optional<FileId> outputFile() {
        return status().terminal() ? state.results().flatMap(ResultFiles::visibleOutput) : Optional.empty();
    }

    /** Returns the error file; empty before the terminal status and if the file has no line. */
    public Optional<FileId> errorFile() {
        return status().terminal() ? state.results().flatMap(ResultFiles::visibleErrors) : Optional.empty();
    }

    /** Returns the folder in the store with everything that belongs to this batch while it runs. */
    public static String folder(BatchId id) {
        return "batches/" + id.value();
    }

    public String folder() {
        return folder(id());
    }

    public Batch withLease(Lease next) {
        return new Batch(identity, state, counts, usage, next, forecast, supervision, steering);
    }

    public Batch withProgress(RequestCounts nextCounts, Optional<Usage> nextUsage) {
        return new Batch(identity, state, nextCounts, nextUsage, lease, forecast, supervision, steering);
    }

    public Batch withForecast(Forecast next) {
        return new Batch(identity, state, counts, usage, lease, next.after(forecast), supervision, steering);
    }

    public Batch withSupervision(Supervision next) {
        return new Batch(identity, state, counts, usage, lease, forecast, next, steering);
    }

    public Batch withSteering(Steering next) {
        return new Batch(identity, state, counts, usage, lease, forecast, supervision, next);
    }

    public Batch withMetadata(Map<String, String> metadata) {
        BatchSpec spec = new BatchSpec(
                spec().inputFile(),
                spec().endpoint(),
                spec().window(),
                Optional.of(metadata),
                spec().outputExpiresAfter());
        return new Batch(
                new Identity(id(), tenant(), spec, identity.createdAt(), deadline()),
                state,
                counts,
                usage,
                lease,
                forecast,
                supervision,
                steering);
    }

    /** Whether no call of the batch may be made because it is paused. Once its result files are made, a pause has no effect. */
    public boolean isHeldBack() {
        return supervision.pause().isPresent()
                && (status() == BatchStatus.VALIDATING || status() == BatchStatus.IN_PROGRESS);
    }

    /** Returns the pause of the batch; empty if it is not paused. */
    public Optional<BatchPause> pause() {
        return status().terminal() ? Optional.empty() : supervision.pause();
    }
}
