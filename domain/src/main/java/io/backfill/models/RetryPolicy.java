package io.backfill.models;

import java.time.Duration;

/**
 * How often and how soon a failed call is retried.
 *
 * @param retries attempts after the first, for answers and failures that may have cost the model work
 * @param patience how long a model may refuse connections or report no capacity (429, 503) before its lines begin to fail; such
 *     attempts cost the model nothing and do not count as retries
 * @param initial first delay; doubles with every attempt up to {@code max}; half of it is random
 */
public record RetryPolicy(int retries, Duration initial, Duration max, Duration patience) {
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(10));

    public RetryPolicy {
        if (retries < 0 || retries > 100) {
            throw new IllegalArgumentException("retries must be 0 to 100, not " + retries);
        }
        if (initial.isNegative() || initial.isZero() || max.compareTo(initial) < 0) {
            throw new IllegalArgumentException("backoff needs 0 < initial <= max");
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative");
        }
    }

    /** Returns the pause that a server requested, limited to the range 0 to {@code max}. */
    public Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(max) < 0 ? asked : max;
    }
}
