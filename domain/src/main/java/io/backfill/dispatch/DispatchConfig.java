package io.backfill.dispatch;

import java.time.Duration;

/**
 * How a running batch sends its lines.
 *
 * @param ahead maximum number of entries that wait in a window in addition to its open calls
 * @param grace time that open calls have to finish after an abort
 * @param tick maximum wait of the chunk thread; results and aborts wake it, so only a changed cap is noticed later
 * @param checkpointEvery interval at which the chunk ends and a checkpoint is recorded
 * @param errorIn200Fails {@code backfill.batches.error-in-200=failed}: whether a 2xx answer that is an error object counts as
 *     failed
 */
public record DispatchConfig(
        int ahead, Duration grace, Duration tick, Duration checkpointEvery, boolean errorIn200Fails) {
    public static final DispatchConfig DEFAULT =
            new DispatchConfig(512, Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(1));

    /** Creates a configuration in which a 2xx answer that is an error object counts as completed. */
    public DispatchConfig(int ahead, Duration grace, Duration tick, Duration checkpointEvery) {
        this(ahead, grace, tick, checkpointEvery, false);
    }

    public DispatchConfig {
        if (ahead < 1 || ahead > 100_000) {
            throw new IllegalArgumentException("backfill.jobs.ahead must be 1 to 100000, not " + ahead);
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofMinutes(9)) > 0) {
            // the grace is spent inside the chunk's transaction, which times out after ten minutes
            throw new IllegalArgumentException("backfill.jobs.grace must be 0s to 9m, not " + grace);
        }
        if (tick.toNanos() < 1 || checkpointEvery.toNanos() < 1) {
            throw new IllegalArgumentException(
                    "tick and checkpointEvery must be positive: " + tick + ", " + checkpointEvery);
        }
    }
}
