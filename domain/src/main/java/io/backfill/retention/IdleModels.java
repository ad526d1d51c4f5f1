package io.backfill.retention;

/**
 * SPI: rows that concern models by name. Clients choose the names that a catch-all entry serves, so rows of names that no node
 * calls any more must go. Transactions, blocking and failures as for {@link io.backfill.batches.BatchCatalog}.
 */
public interface IdleModels {
    /**
     * Removes shares that ran out, the rows of models of which no share is left, and budgets that nothing was taken from for long.
     * Whatever else happens at the same time, caps hold; safe to repeat.
     *
     * @param limit how many models to remove at most
     * @return how many models were removed
     */
    int forget(int limit);
}
