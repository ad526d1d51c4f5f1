package io.backfill.dispatch;

import java.time.Duration;

/**
 * How a running batch sends.
 *
 * @param ahead entries that wait in a window beside the open calls
 * @param grace for open calls after an abort
 * @param tick the longest wait of the chunk thread: results and aborts wake it, and only a changed cap is noticed later
 * @param checkpointEvery how often the chunk ends and a checkpoint is recorded
 * @param errorIn200Fails {@code backfill.batches.error-in-200=failed}: whether a 2xx answer that is an error object counts as failed
 */
public record DispatchConfig(
        int ahead, Duration grace, Duration tick, Duration checkpointEvery, boolean errorIn200Fails) {
    public static final DispatchConfig DEFAULT =
            new DispatchConfig(512, Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(1));

    /** One for which such an answer counts as completed. */
    public DispatchConfig(int ahead, Duration grace, Duration tick, Duration checkpointEvery) {
        this(ahead, grace, tick, checkpointEvery, false);
    }

    public DispatchConfig {
        if (ahead < 1 || ahead > 100_000) {
            throw new IllegalArgumentException("backfill.jobs.ahead must be 1 to 100000, not " + ahead);
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofMinutes(9)) > 0) {
            // the chunk's transaction ends after ten minutes, and the grace is waited for inside it
            throw new IllegalArgumentException("backfill.jobs.grace must be 0s to 9m, not " + grace);
        }
        if (tick.toNanos() < 1 || checkpointEvery.toNanos() < 1) {
            throw new IllegalArgumentException(
                    "tick and checkpointEvery must be positive: " + tick + ", " + checkpointEvery);
        }
    }
}
