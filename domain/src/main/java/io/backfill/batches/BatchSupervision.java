package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * SPI: node deaths and operator orders, stored as columns of the batch's row. Transactions, blocking and failures are as for
 * {@link BatchCatalog}. Claims count starts and releases clear them, as described in {@link Supervision}.
 */
public interface BatchSupervision {
    /** Returns suspects that can be claimed now, those with the fewest deaths first. */
    List<BatchId> suspects(int limit);

    /** Like {@link BatchLeases#claim}, for a suspect. Also empty if the batch is no longer a suspect, or was set aside. */
    Optional<Batch> claimSuspect(BatchId id, String owner, Duration length);

    /**
     * Records that a suspect did no harm, if the row still has {@code epoch}. Once it is released it is no longer a suspect.
     * Idempotent.
     */
    void clear(BatchId id, long epoch);

    /**
     * Takes back one start if another owner has claimed the batch since {@code epoch}, because that start ended without a death.
     * Not idempotent.
     */
    void excuse(BatchId id, long epoch);

    /** Pauses batches that have no lease holder and too many deaths. Returns those that this call paused, at most {@code limit}. */
    List<Batch> setAside(int limit);

    /** Returns the number of paused batches. */
    long pausedCount();

    /** Ends a pause and resets the number of deaths. Idempotent. Returns false if the batch has ended or never existed. */
    boolean resume(BatchId id);

    /**
     * Requests that a batch is ended with the results that can be read. Idempotent. Returns false if it has ended or never existed.
     */
    boolean settle(BatchId id);
}
