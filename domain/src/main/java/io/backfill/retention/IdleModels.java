package io.backfill.retention;

/**
 * SPI for rows that refer to models by name. Clients choose the names that a catch-all entry serves, so rows of names that are no
 * longer called by any node must be removed. Transactions, blocking and failures are as for
 * {@link io.backfill.batches.BatchCatalog}.
 */
public interface IdleModels {
    /**
     * Removes expired shares, the rows of models without a remaining share, and budgets that have not been used for a long time.
     * Caps hold even while other operations run concurrently. Can be repeated safely.
     *
     * @param limit maximum number of models to remove
     * @return number of models removed
     */
    int forget(int limit);
}
