package io.backfill.fair;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Cost per second that a gate let through in the last second or so; not known before the first second is over. Not thread-safe. */
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

    /** True when it is known from now on how fast the model is. */
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

    /** Cost that is let through in so many seconds. */
    double in(double seconds) {
        return perSecond * seconds;
    }
}
