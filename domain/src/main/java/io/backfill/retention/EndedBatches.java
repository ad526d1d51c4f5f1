package io.backfill.retention;

import io.backfill.ids.BatchId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * SPI: the rows of batches that have ended, and what belongs to them in the catalog. Result files do not: they are files of
 * their own. Transactions, blocking and failures as for {@link io.backfill.batches.BatchCatalog}.
 */
public interface EndedBatches {
    /**
     * Any tenant's batches that ended at {@code end} or before, in the order of their ids.
     *
     * @param after exclusive cursor; need not exist any more
     */
    List<BatchId> endedBefore(Instant end, Optional<BatchId> after, int limit);

    /**
     * Removes those of the batches that have ended, together with the idempotency keys that made them: all in one transaction. A
     * batch that has not ended stays; one that is not there any more does not count.
     *
     * @return how many were removed
     */
    int remove(Collection<BatchId> ids);

    /**
     * Removes idempotency keys that are past their time at {@code now}; they are ignored already.
     *
     * @return how many; less than {@code limit} when no more are left
     */
    int forgetKeys(Instant now, int limit);
}
