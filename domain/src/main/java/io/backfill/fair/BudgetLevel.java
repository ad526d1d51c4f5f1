package io.backfill.fair;

/**
 * What is left of a budget at a point in time.
 *
 * @param left negative if calls cost more than was available
 * @param atMillis time of this level
 */
public record BudgetLevel(double left, long atMillis) {
    private static final double MILLIS_PER_MINUTE = 60_000;

    /** Returns the level of a budget that was not used recently. */
    public static BudgetLevel full(BudgetTable.Ask ask, long now) {
        return new BudgetLevel(ask.key().kind().capacity(ask.perMinute()), now);
    }

    /**
     * Returns this level with what has been added since then, less what is owed. The clock of a database may stand still, but the
     * time of a level never goes back.
     */
    public BudgetLevel settled(BudgetTable.Ask ask, long now) {
        double capacity = ask.key().kind().capacity(ask.perMinute());
        double filled = left + Math.max(0, now - atMillis) / MILLIS_PER_MINUTE * ask.perMinute();
        return new BudgetLevel(Math.min(capacity, Math.min(capacity, filled) - ask.owed()), Math.max(atMillis, now));
    }

    /** Returns how much of this level may be taken out. */
    public double grant(BudgetTable.Ask ask) {
        return ask.key().kind().usable(Math.max(0, Math.min(left, ask.wanted())));
    }

    public BudgetLevel minus(double taken) {
        return new BudgetLevel(left - taken, atMillis);
    }
}
