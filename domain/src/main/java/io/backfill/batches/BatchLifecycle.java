package io.backfill.batches;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/**
 * Applies events to rows: reads the row, calls {@link BatchTransitions#apply}, and writes the result by compare-and-set. Retries if
 * another write came first. Every event may be delivered twice. Thread-safe.
 */
public final class BatchLifecycle {
    /** A status changes only a few times; more lost races than this indicate a broken backend. */
    private static final int MAX_RACES = 100;

    private final BatchCatalog catalog;
    private final InstantSource time;
    private final Consumer<Batch> ends;

    public BatchLifecycle(BatchCatalog catalog, InstantSource time) {
        this(catalog, time, ended -> {});
    }

    /** @param ends receives every batch that ended through this object, once; must return quickly and must not throw */
    public BatchLifecycle(BatchCatalog catalog, InstantSource time, Consumer<Batch> ends) {
        this.catalog = catalog;
        this.time = time;
        this.ends = ends;
    }

    /**
     * Applies an event of the lease holder.
     *
     * @param files result files to make visible in the same transaction
     * @return the batch after the event
     * @throws LeaseLostException if the row has another epoch; nothing was changed
     * @throws IllegalTransitionException if the event does not apply to the status of the batch
     */
    public Batch applyAsOwner(BatchId id, long epoch, BatchEvent event, List<StoredFile> files) {
        for (int race = 0; race < MAX_RACES; race++) {
            Batch before = catalog.find(id).orElseThrow(() -> new LeaseLostException(id, epoch));
            if (before.lease().epoch() != epoch) {
                throw new LeaseLostException(id, epoch);
            }
            Batch after = BatchTransitions.apply(before, event, time.instant());
            if (after.version() == before.version() || replace(before, after, files)) {
                return after;
            }
        }
        throw new BackfillException(ErrorCode.UNAVAILABLE, "Batch " + id + " is changing too fast, please try again.");
    }

    /**
     * Applies an event that needs no lease: a cancel by a user, or the end of a batch without a lease holder.
     *
     * @param before the row as the caller read it; read again after a lost race
     */
    public Batch apply(Batch before, BatchEvent event) {
        Batch current = before;
        for (int race = 0; race < MAX_RACES; race++) {
            Batch after = BatchTransitions.apply(current, event, time.instant());
            if (after.version() == current.version() || replace(current, after, List.of())) {
                return after;
            }
            BatchId id = current.id();
            current = catalog.find(id)
                    .orElseThrow(
                            () -> new BackfillException(ErrorCode.NOT_FOUND, "No batch found with id '" + id + "'."));
        }
        throw new BackfillException(
                ErrorCode.UNAVAILABLE, "Batch " + before.id() + " is changing too fast, please try again.");
    }

    private boolean replace(Batch before, Batch after, List<StoredFile> files) {
        boolean replaced = catalog.replace(before, after, files);
        if (replaced && after.status().terminal()) {
            ends.accept(after);
        }
        return replaced;
    }
}
