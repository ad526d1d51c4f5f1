package io.backfill.fair;

/** What is left of one budget on this node. Thread-safe; never waits. */
interface BudgetBalance {
    /** Returns whether a call may be admitted under the budget as it is configured now. */
    boolean mayGo(long perMinute);

    /** Deducts the cost of a call. A negative amount is added. */
    void spend(double amount);

    /** Returns whether the balance is in the same state as a newly opened one. */
    boolean isLikeNew();
}
