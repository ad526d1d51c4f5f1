package io.backfill.run;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The expiry of a lease by this node's monotonic clock. It is counted from <em>before</em> the request to the database, so it is
 * never later than the expiry in the database. Thread-safe.
 */
public final class LeaseHold {
    /**
     * Nothing is sent in this last part of a lease, so that a call that has passed the check leaves before another node can claim
     * the batch.
     */
    public static final Duration MARGIN = Duration.ofSeconds(2);

    private final LongSupplier nanoTime;
    private final long marginNanos;
    private volatile long validUntil;

    /**
     * @param askedAt nano time before the claim was sent
     * @param length of the lease; the margin is {@link #MARGIN}, or a quarter of the length if that is less
     */
    public LeaseHold(LongSupplier nanoTime, long askedAt, Duration length) {
        this.nanoTime = nanoTime;
        this.marginNanos = Math.min(MARGIN.toNanos(), length.toNanos() / 4);
        confirmed(askedAt, length);
    }

    /** Records that the database confirmed the lease for {@code length}, with a request sent at {@code askedAt}. */
    public void confirmed(long askedAt, Duration length) {
        validUntil = askedAt + length.toNanos() - marginNanos;
    }

    public boolean valid() {
        return nanoTime.getAsLong() - validUntil < 0;
    }
}
