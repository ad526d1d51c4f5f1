package io.backfill.fair;

import java.util.List;

/**
 * SPI: rows that say what is left of budgets over all nodes, filled evenly by the database's clock. Nodes take amounts out before they
 * spend them, so a node that dies or loses the database has spent no more than it took.
 */
public interface BudgetTable {
    /**
     * What a node needs of one budget.
     *
     * @param owed spent beyond what was taken before, taken out whatever is left; negative: put back
     * @param wanted to be taken out if it is there
     */
    record Ask(BudgetKey key, long perMinute, double owed, double wanted) {}

    /**
     * Settles what is owed, and takes out what is wanted, as far as it is there.
     *
     * @return what was taken out for each ask, in their order: 0 to {@code wanted}
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the database does not answer; whether anything was taken
     *     out is unknown then
     */
    List<Double> exchange(List<Ask> asks);
}
