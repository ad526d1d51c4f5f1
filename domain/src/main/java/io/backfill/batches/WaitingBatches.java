package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * SPI: the batches that no node holds, by what they wait for. Each query reads the few rows that it returns, however many wait.
 * Only a hint, as the lease in the row decides. Transactions, blocking and failures as for {@link BatchCatalog}.
 */
public interface WaitingBatches {
    /** Names of models that a planned batch waits for, ascending, after the given one (an empty text for all). */
    List<String> models(String after, int limit);

    /**
     * The next batches of a model, by tenant: of each of the first {@code tenants} tenants after the given one the first
     * {@code each} batches, earliest deadline first, those behind that failed or had their turn. What pauses is not among them.
     */
    List<WaitingBatch> next(String model, Optional<TenantId> after, int tenants, int each);

    /** Batches whose lease ran out without being handed back: their node died, or lost the database. Longest ago first. */
    List<BatchId> abandoned(int limit);

    /**
     * Batches that want their files made, because every line has its result, or a cancel or the end of the window (judged by
     * {@code now}) ended them in the middle.
     */
    List<BatchId> settleable(Instant now, int limit);

    /**
     * Batches that end without a job, because no line of theirs was sent: cancelled before they were planned, or still not planned
     * at the end of their window (judged by {@code now}).
     */
    List<Batch> endable(Instant now, int limit);

    /**
     * Makes the queue agree with the rows of batches, where a node of an earlier version wrote only those. Costs a look at every
     * open batch; returns how many were added or changed.
     */
    int repair();
}
