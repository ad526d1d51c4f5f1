package io.backfill.retention;

import io.backfill.ids.BatchId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * SPI for the rows of batches that have ended and the rows that belong to them. Result files do not belong to them; they have
 * records of their own. Transactions, blocking and failures are as for {@link io.backfill.batches.BatchCatalog}.
 */
public interface EndedBatches {
    /**
     * Returns the batches of all tenants that ended at or before {@code end}, ordered by id.
     *
     * @param after exclusive cursor; the batch need not exist anymore
     */
    List<BatchId> endedBefore(Instant end, Optional<BatchId> after, int limit);

    /**
     * Removes those of the batches that have ended, together with the idempotency keys that created them, in one transaction.
     * Batches that have not ended remain; batches that do not exist are not counted.
     *
     * @return number of batches removed
     */
    int remove(Collection<BatchId> ids);

    /**
     * Removes idempotency keys that are expired at {@code now}. Expired keys are already ignored.
     *
     * @return number of keys removed; less than {@code limit} if no more are left
     */
    int forgetKeys(Instant now, int limit);
}
