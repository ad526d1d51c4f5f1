package io.backfill.service;

import io.backfill.batches.CreateRateExceededException;
import java.time.Duration;

/** The tenant exceeds a rate limit. */
public final class RateLimitedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Longest delay sent to clients: they sleep for as long as requested, or give up if that is too long. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final long retryAfterSeconds;

    RateLimitedException(String what, CreateRateExceededException exceeded) {
        this(what, exceeded.perHour(), seconds(exceeded.untilNext()));
    }

    private static long seconds(Duration wait) {
        return Math.clamp(wait.plusNanos(999_999_999).toSeconds(), 1, LONGEST.toSeconds());
    }

    private RateLimitedException(String what, int perHour, long retryAfterSeconds) {
        super("Rate limit reached for " + what + ": limit " + perHour + " per hour. Please try again in "
                + retryAfterSeconds + "s.");
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** Seconds after which to retry: 1 to 60. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
