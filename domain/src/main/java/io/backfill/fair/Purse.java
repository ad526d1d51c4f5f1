package io.backfill.fair;

/** What is left of one budget on this node. Thread-safe; never waits. */
interface Purse {
    /** Whether a call may go, under the budget as it is configured now. */
    boolean mayGo(long perMinute);

    /** Takes what a call costs; negative: gives back. */
    void spend(double amount);

    /** Whether it would be no different if it were opened anew. */
    boolean isLikeNew();
}
