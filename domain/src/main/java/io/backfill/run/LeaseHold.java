package io.backfill.run;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * This node's knowledge of its lease, by its own monotonic clock: an expiry counted from <em>before</em> the database was asked, so
 * it is never later than the database's. Thread-safe.
 */
public final class LeaseHold {
    /** Nothing is sent in the last bit of a lease: a call decided on must have left before another node may claim. */
    public static final Duration MARGIN = Duration.ofSeconds(2);

    private final LongSupplier nanoTime;
    private final long marginNanos;
    private volatile long validUntil;

    /**
     * @param askedAt nano time before the claim was sent
     * @param length of the lease; the margin is {@link #MARGIN}, or a quarter of a lease that is shorter than four margins
     */
    public LeaseHold(LongSupplier nanoTime, long askedAt, Duration length) {
        this.nanoTime = nanoTime;
        this.marginNanos = Math.min(MARGIN.toNanos(), length.toNanos() / 4);
        confirmed(askedAt, length);
    }

    /** The database confirmed the lease for {@code length}, asked at {@code askedAt}. */
    public void confirmed(long askedAt, Duration length) {
        validUntil = askedAt + length.toNanos() - marginNanos;
    }

    public boolean valid() {
        return nanoTime.getAsLong() - validUntil < 0;
    }
}
