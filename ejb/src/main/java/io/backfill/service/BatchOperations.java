package io.backfill.service;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.IllegalTransitionException;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;

/** Operations of operators on batches of any tenant. The caller has checked that the request is from an operator. Thread-safe. */
public final class BatchOperations {
    private final BatchCatalog catalog;
    private final BatchSupervision supervision;
    private final BatchLifecycle lifecycle;
    private final BatchQueue queue;
    private final BatchEvents events;

    public BatchOperations(
            BatchCatalog catalog,
            BatchSupervision supervision,
            BatchLifecycle lifecycle,
            BatchQueue queue,
            BatchEvents events) {
        this.catalog = catalog;
        this.supervision = supervision;
        this.lifecycle = lifecycle;
        this.queue = queue;
        this.events = events;
    }

    /**
     * Makes a batch that was set aside claimable again and clears its count of deaths. Idempotent, and without effect on a
     * batch that is running. Durable before it returns.
     *
     * @return the batch, without a pause
     * @throws BackfillException {@code CONFLICT} when it has ended
     */
    public Batch resume(BatchId id) {
        Batch before = get(id);
        try (LogContext _ = LogContext.of(before)) {
            if (!supervision.resume(id)) {
                throw ended("resume", before);
            }
            Batch row = get(id);
            LOG.resumed(id.value(), before.supervision().startsWithoutEnd());
            queue.offer(row);
            events.publish(new Wakeup.Work());
            return row;
        }
    }

    /**
     * Ends a batch with the results that can be read: it is cancelled, and its files are made from all whole result lines in
     * the store, whatever is damaged. Consists of two writes; after a crash between them, the batch ends by itself in the
     * same way, or the operator repeats the call.
     *
     * @return the batch, cancelling or cancelled
     * @throws BackfillException {@code CONFLICT} when it has ended with another status
     */
    public Batch settle(BatchId id) {
        Batch before = get(id);
        try (LogContext _ = LogContext.of(before)) {
            if (!supervision.settle(id)) {
                throw ended("settle", get(id));
            }
            Batch after = lifecycle.apply(get(id), new BatchEvent.CancelRequested());
            LOG.settleAsked(id.value());
            queue.offer(after);
            events.publish(new Wakeup.Order(id));
            events.publish(new Wakeup.Work());
            return after;
        } catch (IllegalTransitionException terminal) {
            throw ended("settle", get(id));
        }
    }

    private Batch get(BatchId id) {
        return catalog.find(id).orElseThrow(() -> BatchService.noSuchBatch(id.value()));
    }

    private static BackfillException ended(String what, Batch batch) {
        return new BackfillException(
                ErrorCode.CONFLICT,
                "Cannot " + what + " a batch with status '" + batch.status().wireName() + "'.");
    }
}
