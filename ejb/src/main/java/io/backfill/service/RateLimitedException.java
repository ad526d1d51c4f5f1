package io.backfill.service;

import java.time.Duration;

/** The tenant asks too often. */
public final class RateLimitedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Clients sleep as long as they are told, or give up retrying when it is longer than they like. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final long retryAfterSeconds;

    RateLimitedException(String what, int perHour, Duration wait) {
        this(
                what,
                perHour,
                Math.max(1, Math.min(LONGEST.toSeconds(), wait.plusMillis(999).toSeconds())));
    }

    private RateLimitedException(String what, int perHour, long retryAfterSeconds) {
        super("Rate limit reached for " + what + ": limit " + perHour + " per hour. Please try again in "
                + retryAfterSeconds + "s.");
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** When to come back: 1 to 60. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
