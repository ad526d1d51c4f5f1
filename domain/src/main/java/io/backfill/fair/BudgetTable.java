package io.backfill.fair;

import java.util.List;

/**
 * SPI: rows with what is left of each budget over all nodes, refilled evenly by the database's clock. Nodes take amounts out before
 * they spend them, so that a node that dies or loses the database has spent no more than it took.
 */
public interface BudgetTable {
    /**
     * A node's request for one budget.
     *
     * @param owed amount spent beyond what was taken out before, which is deducted whatever is left; negative to put back an amount
     * @param wanted amount to take out if it is available
     */
    record Ask(BudgetKey key, long perMinute, double owed, double wanted) {}

    /**
     * Settles what is owed, and takes out what is wanted as far as it is available.
     *
     * @return amount taken out for each ask, in the order of the asks: 0 to {@code wanted}
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} if the database does not answer; it is then unknown whether
     *     anything was taken out
     */
    List<Double> exchange(List<Ask> asks);
}
