package io.backfill.lifecycle;

import io.backfill.retention.JobHistory;
import java.time.Duration;
import java.time.Instant;

/** Removes executions that ended long ago from the history of this node's batch runtime. */
public final class JobHistorySweep implements Sweep {
    private static final int AT_ONCE = 200;

    private final JobHistory history;
    private final Duration kept;

    /** Removes executions {@code kept} after their end. */
    public JobHistorySweep(JobHistory history, Duration kept) {
        this.history = history;
        this.kept = kept;
    }

    @Override
    public String kind() {
        return "job-history";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        Instant end = now.minus(kept);
        return dryRun
                ? () -> new Found(history.countEndedBefore(end), true)
                : () -> {
                    int removed = history.removeEndedBefore(end, AT_ONCE);
                    return new Found(removed, removed < AT_ONCE);
                };
    }
}
