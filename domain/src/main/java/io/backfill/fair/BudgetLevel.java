package io.backfill.fair;

/**
 * What is left of a budget at a time.
 *
 * @param left negative where calls cost more than there was
 * @param atMillis when it was so
 */
public record BudgetLevel(double left, long atMillis) {
    private static final double MILLIS_PER_MINUTE = 60_000;

    /** A budget of which nothing was taken lately. */
    public static BudgetLevel full(BudgetTable.Ask ask, long now) {
        return new BudgetLevel(ask.key().kind().capacity(ask.perMinute()), now);
    }

    /** With what came in since, and less what is owed; the clock of a database may stand still but is never turned back here. */
    public BudgetLevel settled(BudgetTable.Ask ask, long now) {
        double capacity = ask.key().kind().capacity(ask.perMinute());
        double filled = left + Math.max(0, now - atMillis) / MILLIS_PER_MINUTE * ask.perMinute();
        return new BudgetLevel(Math.min(capacity, Math.min(capacity, filled) - ask.owed()), Math.max(atMillis, now));
    }

    /** What of it may be taken out. */
    public double grant(BudgetTable.Ask ask) {
        return ask.key().kind().usable(Math.max(0, Math.min(left, ask.wanted())));
    }

    public BudgetLevel minus(double taken) {
        return new BudgetLevel(left - taken, atMillis);
    }
}
