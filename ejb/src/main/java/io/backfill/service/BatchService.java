package io.backfill.service;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.CreateRate;
import io.backfill.batches.CreateRateExceededException;
import io.backfill.batches.HeaderVault;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.IllegalTransitionException;
import io.backfill.batches.Rerun;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Steering;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileCatalog;
import io.backfill.files.FilePurpose;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.retention.EndedBatches;
import io.backfill.tenants.TenantId;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.StepSpan;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Creates, finds, lists, cancels and deletes batches. No method waits for a batch to be processed. Thread-safe. */
public final class BatchService {
    /** The catalogs of batches and files, and the queue and events that announce changes. */
    public record Ports(
            BatchCatalog catalog,
            BatchLifecycle lifecycle,
            EndedBatches ended,
            BatchQueue queue,
            BatchEvents events,
            FileCatalog files) {}

    private final Ports ports;
    private final IdGenerator ids;
    private final InstantSource time;
    private final BatchConfig config;
    private final HeaderVault vault;
    private final BatchTraces traces;
    private final CreateRate rate;

    public BatchService(
            Ports ports,
            IdGenerator ids,
            InstantSource time,
            BatchConfig config,
            HeaderVault vault,
            BatchTraces traces) {
        this.ports = ports;
        this.ids = ids;
        this.time = time;
        this.config = config;
        this.vault = vault;
        this.traces = traces;
        this.rate = new CreateRate(config.createsPerHour());
    }

    /**
     * Creates a batch. The row is authoritative: once it exists, the batch will be processed even if the process dies before
     * any node was notified.
     *
     * @param steering how the batch is steered until its owner changes that
     * @param headers captured from the request, to be sent with every call
     * @param key a repeated create with the same key returns the batch of the first one, in its current state
     * @param traceParent the request's own trace context
     * @throws RateLimitedException when the tenant creates too many batches, counted over all nodes; a repeated create is
     *     never rejected
     * @throws BackfillException {@code CONFLICT} when the key was used for another request; {@code INVALID_REQUEST} when
     *     input files are checked early and the file does not exist
     */
    public Batch create(
            TenantId tenant,
            BatchSpec spec,
            Steering steering,
            Map<String, String> headers,
            Optional<IdempotencyKey> key,
            Optional<String> traceParent) {
        if (config.earlyFileCheck()) {
            checkInput(tenant, spec);
        }
        return create(tenant, spec, steering, Optional.empty(), headers, key, traceParent);
    }

    /** Creates the rerun of another batch, in the same way. */
    Batch createRerun(
            TenantId tenant,
            BatchSpec spec,
            Steering steering,
            Rerun rerun,
            Map<String, String> headers,
            Optional<IdempotencyKey> key,
            Optional<String> traceParent) {
        return create(tenant, spec, steering, Optional.of(rerun), headers, key, traceParent);
    }

    private Batch create(
            TenantId tenant,
            BatchSpec spec,
            Steering steering,
            Optional<Rerun> rerun,
            Map<String, String> headers,
            Optional<IdempotencyKey> key,
            Optional<String> traceParent) {
        if (spec.offload().isPresent() && !config.mayAskForPods()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "This gateway itself decides where a batch runs. Leave the key '" + BatchSpec.OFFLOAD_KEY
                            + "' out.",
                    "metadata." + BatchSpec.OFFLOAD_KEY);
        }
        if (spec.offload().equals(Optional.of("true")) && steering.limitsCalls()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "A batch with 'max_in_flight' or 'token_budget' cannot run in pods. Leave the key '"
                            + BatchSpec.OFFLOAD_KEY + "' or the limits out.",
                    "metadata." + BatchSpec.OFFLOAD_KEY);
        }
        BatchId id = ids.batchId();
        SealedHeaders sealed = headers.isEmpty() ? SealedHeaders.NONE : vault.seal(id, headers);
        // dated by its id, so that a list ordered by id is also ordered by date
        Batch batch =
                Batch.created(id, tenant, spec, id.createdAt(), sealed, rerun).withSteering(steering);
        // recorded only for the batch of a first create, whose trace it begins
        StepSpan span = traces.create(batch, traceParent);
        Batch first = insert(batch, key);
        if (!first.id().equals(id)) {
            ServiceLog.LOG.debugf(
                    "A create with a known idempotency key is answered with batch %s, which is %s",
                    first.id(), first.status().wireName());
            return first;
        }
        ports.queue().offer(batch);
        ports.events().publish(new Wakeup.Work());
        span.close();
        return batch;
    }

    private Batch insert(Batch batch, Optional<IdempotencyKey> key) {
        try {
            return ports.catalog().create(batch, key, rate);
        } catch (CreateRateExceededException e) {
            throw new RateLimitedException("batch creations", e);
        }
    }

    private void checkInput(TenantId tenant, BatchSpec spec) {
        boolean there = spec.inputFileId()
                .flatMap(file -> ports.files().find(tenant, file, time.instant()))
                .filter(file -> file.purpose() == FilePurpose.BATCH)
                .isPresent();
        if (!there) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST,
                    "Cannot find file " + spec.inputFile() + ", or organization " + tenant
                            + " does not have access to it.",
                    "file_id");
        }
    }

    public Batch get(TenantId tenant, BatchId id) {
        return find(tenant, id).orElseThrow(() -> noSuchBatch(id.value()));
    }

    Optional<Batch> find(TenantId tenant, BatchId id) {
        return ports.catalog().find(tenant, id);
    }

    /** Newest first. */
    public Page<Batch> list(TenantId tenant, BatchQuery query) {
        BatchQuery oneMore = new BatchQuery(query.after(), query.limit() + 1, query.filter());
        return Page.of(ports.catalog().list(tenant, oneMore), query.limit());
    }

    /**
     * Requests that the batch be cancelled, and notifies the node that processes it. Idempotent.
     *
     * @return the batch, cancelling or cancelled
     * @throws BackfillException {@code CONFLICT} when it has ended with another status
     */
    public Batch cancel(TenantId tenant, BatchId id) {
        Batch batch = get(tenant, id);
        try {
            Batch after = ports.lifecycle().apply(batch, new BatchEvent.CancelRequested());
            if (after.status() == BatchStatus.CANCELLING) {
                ports.events().publish(new Wakeup.Order(id));
            }
            return after;
        } catch (IllegalTransitionException ended) {
            throw new BackfillException(
                    ErrorCode.CONFLICT,
                    "Cannot cancel a batch with status '" + ended.status().wireName() + "'.",
                    ended);
        }
    }

    /**
     * Deletes a batch that has ended. Its files remain; each of them is deleted or expires independently.
     *
     * @throws BackfillException {@code CONFLICT} when it has not ended
     */
    public void delete(TenantId tenant, BatchId id) {
        BatchStatus status = get(tenant, id).status();
        if (!status.terminal()) {
            throw new BackfillException(
                    ErrorCode.CONFLICT,
                    "Cannot delete a batch with status '" + status.wireName()
                            + "'. Cancel it first, and delete it once it has ended.");
        }
        // of two concurrent deletes, one finds the batch gone
        if (ports.ended().remove(List.of(id)) == 0) {
            throw noSuchBatch(id.value());
        }
        ports.queue().remove(id);
    }

    /** The same error for a batch that does not exist, that belongs to another tenant, and for a malformed id. */
    public static BackfillException noSuchBatch(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No batch found with id '" + id + "'.");
    }
}
