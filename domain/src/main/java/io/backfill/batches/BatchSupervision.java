package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * SPI: deaths of nodes and orders of operators, columns of the batch's row. Transactions, blocking and failures as for
 * {@link BatchCatalog}; claims count starts and releases clear them, as {@link Supervision} says.
 */
public interface BatchSupervision {
    /** Suspects that can be claimed now, those with the fewest deaths first. */
    List<BatchId> suspects(int limit);

    /** As {@link BatchLeases#claim}, for a suspect. Empty also when the batch is none any more, or was set aside. */
    Optional<Batch> claimSuspect(BatchId id, String owner, Duration length);

    /** Notes that a suspect did no harm, if the row still has {@code epoch}: from its end on it is no suspect. Idempotent. */
    void clear(BatchId id, long epoch);

    /** Takes one start back if another owner has claimed the batch since {@code epoch}: that start ended without a death. Not idempotent. */
    void excuse(BatchId id, long epoch);

    /** Pauses those that nobody holds and that have too many deaths; returns those that this call paused, at most {@code limit}. */
    List<Batch> setAside(int limit);

    /** How many batches are paused. */
    long pausedCount();

    /** Ends a pause and forgets the deaths. Idempotent. False when the batch has ended, or never was. */
    boolean resume(BatchId id);

    /** Asks for a batch to be ended with the results that can be read. Idempotent. False when it has ended, or never was. */
    boolean settle(BatchId id);
}
