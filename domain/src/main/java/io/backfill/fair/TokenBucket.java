package io.backfill.fair;

import java.util.function.LongSupplier;

/** The balance of a single node, refilled evenly up to a second's worth. Cost beyond what is left is owed. */
final class TokenBucket implements BudgetBalance {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final BudgetKey.Kind kind;
    private final LongSupplier nanoTime;
    private long perMinute;
    private double left;
    private long filledAt;

    TokenBucket(BudgetKey.Kind kind, long perMinute, LongSupplier nanoTime) {
        this.kind = kind;
        this.nanoTime = nanoTime;
        this.perMinute = perMinute;
        this.left = kind.capacity(perMinute);
        this.filledAt = nanoTime.getAsLong();
    }

    @Override
    public synchronized boolean mayGo(long budget) {
        perMinute = budget;
        fill();
        return kind.allows(left);
    }

    private void fill() {
        long now = nanoTime.getAsLong();
        left = Math.min(kind.capacity(perMinute), left + (now - filledAt) / NANOS_PER_MINUTE * perMinute);
        filledAt = now;
    }

    @Override
    public synchronized void spend(double amount) {
        left -= amount;
    }

    @Override
    public synchronized boolean isLikeNew() {
        fill();
        return left >= kind.capacity(perMinute);
    }
}
