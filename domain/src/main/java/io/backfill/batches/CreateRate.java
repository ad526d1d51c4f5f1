package io.backfill.batches;

import java.time.Duration;

/**
 * How many batches a tenant may create in an hour: an hour's worth at once, and refilled evenly. What a tenant took is one
 * number, the time at which an even pace would have paid it off, so that it fits into a row and never needs a refill.
 *
 * @param perHour 0: no limit
 */
public record CreateRate(int perHour) {
    public static final CreateRate UNLIMITED = new CreateRate(0);

    private static final long HOUR = Duration.ofHours(1).toNanos() / 1_000;

    public CreateRate {
        if (perHour < 0) {
            throw new IllegalArgumentException("creates per hour must not be negative, not " + perHour);
        }
    }

    public boolean isLimited() {
        return perHour > 0;
    }

    /**
     * Takes one.
     *
     * @param paidUntil of the tenant so far, in microseconds; anything in the past for a tenant that took nothing
     * @param now in microseconds
     * @return the tenant's new {@code paidUntil}
     * @throws CreateRateExceededException when nothing is left
     */
    public long take(long paidUntil, long now) {
        // rounded up, so that no hour has one more
        long next = Math.max(paidUntil, now) + Math.ceilDiv(HOUR, perHour);
        // rounding added up to a microsecond to each of an hour's worth
        long beyond = next - now - HOUR - perHour;
        if (beyond > 0) {
            throw new CreateRateExceededException(perHour, Duration.ofNanos(1_000 * beyond));
        }
        return next;
    }
}
