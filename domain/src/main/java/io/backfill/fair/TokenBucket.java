package io.backfill.fair;

import java.util.function.LongSupplier;

/**
 * A budget of tokens a minute, with one minute's worth to spend at once. Whoever has any left may go, and what a call costs too much
 * is owed: the rate holds over time, and no call is too large to ever go. Not thread-safe.
 */
final class TokenBucket {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final LongSupplier nanoTime;
    private long perMinute;
    private double tokens;
    private long filledAt;

    TokenBucket(long perMinute, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.perMinute = perMinute;
        this.tokens = perMinute;
        this.filledAt = nanoTime.getAsLong();
    }

    boolean mayGo(long budget) {
        perMinute = budget;
        long now = nanoTime.getAsLong();
        tokens = Math.min(perMinute, tokens + (now - filledAt) / NANOS_PER_MINUTE * perMinute);
        filledAt = now;
        return tokens > 0;
    }

    void spend(long cost) {
        tokens -= cost;
    }
}
