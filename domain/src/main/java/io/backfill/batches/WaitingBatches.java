package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * SPI: the batches without a lease holder, by what they wait for. Each query reads only the few rows that it returns, however many
 * batches wait. The results are hints: the lease in the row decides. Transactions, blocking and failures are as for
 * {@link BatchCatalog}.
 */
public interface WaitingBatches {
    /** Returns names of models that planned batches wait for, in ascending order, after the given name (an empty text for all). */
    List<String> models(String after, int limit);

    /**
     * Returns the next batches of a model by tenant: the first {@code each} batches of each of the first {@code tenants} tenants
     * after the given one. They are ordered by priority and earliest deadline, with batches that failed or had their turn last. Batches in a
     * pause are left out.
     */
    List<WaitingBatch> next(String model, Optional<TenantId> after, int tenants, int each);

    /**
     * Returns batches whose lease expired without being released, because their node died or lost the database. Longest ago first.
     */
    List<BatchId> abandoned(int limit);

    /**
     * Returns batches whose result files are to be made: every line has its result, or a cancel or the end of the window (judged by
     * {@code now}) ended them before that.
     */
    List<BatchId> settleable(Instant now, int limit);

    /**
     * Returns batches that end without a job, because none of their lines was sent: cancelled before they were planned, or not
     * planned at the end of their window (judged by {@code now}).
     */
    List<Batch> endable(Instant now, int limit);

    /**
     * Corrects the queue according to the rows of batches, which are all that a node of an earlier version writes. Reads every open
     * batch. Returns the number of entries that were added or changed.
     */
    int repair();
}
