package io.backfill.batches;

import java.time.Duration;

/**
 * How many batches a tenant may create per hour: an hour's worth at once, refilled evenly. What a tenant has taken is a single
 * number, the time at which an even pace would have paid it off, so that it fits into a row and needs no refill.
 *
 * @param perHour 0 for no limit
 */
public record CreateRate(int perHour) {
    public static final CreateRate UNLIMITED = new CreateRate(0);

    private static final long HOUR = Duration.ofHours(1).toNanos() / 1_000;

    public CreateRate {
        if (perHour < 0) {
            throw new IllegalArgumentException("creates per hour must be at least 0, not " + perHour);
        }
    }

    public boolean isLimited() {
        return perHour > 0;
    }

    /**
     * Takes one create.
     *
     * @param paidUntil value of the tenant so far, in microseconds; any time in the past for a tenant that has taken nothing
     * @param now in microseconds
     * @return the new {@code paidUntil} of the tenant
     * @throws CreateRateExceededException if nothing is left
     */
    public long take(long paidUntil, long now) {
        // rounded up, so that no hour allows one more
        long next = Math.max(paidUntil, now) + Math.ceilDiv(HOUR, perHour);
        // rounding adds up to a microsecond to each of an hour's creates
        long beyond = next - now - HOUR - perHour;
        if (beyond > 0) {
            throw new CreateRateExceededException(perHour, Duration.ofNanos(1_000 * beyond));
        }
        return next;
    }
}
