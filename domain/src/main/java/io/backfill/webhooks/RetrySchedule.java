package io.backfill.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a failed delivery is attempted again: after 5 s, doubled after each attempt up to an hour, less a random part of up to a half,
 * which spreads the retries of deliveries that failed together.
 */
final class RetrySchedule {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final RandomGenerator random;

    RetrySchedule(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Returns the time to the next attempt, or empty if it would be after the end of the delivery.
     *
     * @param failed attempts that failed, at least 1
     */
    Optional<Duration> after(int failed, Instant now, Instant until) {
        long full = failed > 20 ? LONGEST.toMillis() : Math.min(LONGEST.toMillis(), FIRST.toMillis() << (failed - 1));
        Duration pause = Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
        return now.plus(pause).isAfter(until) ? Optional.empty() : Optional.of(pause);
    }
}
