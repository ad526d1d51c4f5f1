package io.backfill.service;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSteering;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.tenants.TenantId;
import java.util.Optional;

/**
 * Pauses and resumes batches by order of their owners or of operators. Each order is in the row before the call returns; the node
 * that runs the batch follows it within about a second. Thread-safe.
 */
public final class SteeringService {
    private final BatchCatalog catalog;
    private final BatchSteering steering;
    private final BatchQueue queue;
    private final BatchEvents events;

    public SteeringService(BatchCatalog catalog, BatchSteering steering, BatchQueue queue, BatchEvents events) {
        this.catalog = catalog;
        this.steering = steering;
        this.queue = queue;
        this.events = events;
    }

    /**
     * Stops the calls of a batch; open ones finish. Idempotent.
     *
     * @return the batch, paused
     * @throws BackfillException {@code CONFLICT} when it makes no more calls, {@code NOT_FOUND} when the tenant has no such batch
     */
    public Batch pause(TenantId tenant, BatchId id) {
        return pause(find(catalog.find(tenant, id), id), BatchPause.Reason.USER);
    }

    /** Like {@link #pause}, for an operator and a batch of any tenant. Its owner cannot resume it. */
    public Batch pauseByOperator(BatchId id) {
        return pause(find(catalog.find(id), id), BatchPause.Reason.OPERATOR);
    }

    private Batch pause(Batch before, BatchPause.Reason reason) {
        if (steering.pause(before.id(), reason) == BatchSteering.Outcome.REFUSED) {
            throw refused("pause", row(before.id()));
        }
        events.publish(new Wakeup.Order(before.id()));
        return row(before.id());
    }

    /**
     * Continues a paused batch. Idempotent, and without effect on a batch that is not paused. If calls from before the pause are
     * still open, the batch continues when the last of them has ended.
     *
     * @throws BackfillException {@code CONFLICT} when the batch has ended or only an operator can resume it, {@code NOT_FOUND}
     *     when the tenant has no such batch
     */
    public Batch resume(TenantId tenant, BatchId id) {
        find(catalog.find(tenant, id), id);
        if (steering.endPause(id) == BatchSteering.Outcome.REFUSED) {
            throw refused("resume", row(id));
        }
        Batch row = row(id);
        queue.offer(row);
        events.publish(new Wakeup.Work());
        return row;
    }

    private Batch row(BatchId id) {
        return find(catalog.find(id), id);
    }

    private static Batch find(Optional<Batch> found, BatchId id) {
        return found.orElseThrow(() -> BatchService.noSuchBatch(id.value()));
    }

    private static BackfillException refused(String what, Batch row) {
        String why = row.pause()
                .map(pause -> "Cannot " + what + " a batch that is paused with reason '"
                        + pause.reason().wireName() + "'. Only an operator can do this.")
                .orElseGet(() -> "Cannot " + what + " a batch with status '"
                        + row.status().wireName() + "'.");
        return new BackfillException(ErrorCode.CONFLICT, why);
    }
}
