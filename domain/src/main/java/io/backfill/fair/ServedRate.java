package io.backfill.fair;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Cost per second that a gate admitted over the last second or so; unknown until the first second has passed. Not thread-safe. */
final class ServedRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private long since;
    private double cost;
    private double perSecond;

    ServedRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** Records the cost of an admitted call. Returns true if this made the rate known. */
    boolean served(long served) {
        long now = nanoTime.getAsLong();
        boolean known = isKnown();
        if (cost == 0) {
            since = now;
        } else if (now - since >= SECOND) {
            double measured = cost * SECOND / (now - since);
            perSecond = perSecond > 0 ? (perSecond + measured) / 2 : measured;
            cost = 0;
            since = now;
        }
        cost += served;
        return known != isKnown();
    }

    boolean isKnown() {
        return perSecond > 0;
    }

    /** Returns the cost that is admitted in that time. */
    double in(double seconds) {
        return perSecond * seconds;
    }
}
