package io.backfill.lifecycle;

import io.backfill.retention.JobHistory;
import java.time.Duration;
import java.time.Instant;

/** Executions that ended long ago, in this node's own batch runtime. */
public final class JobHistorySweep implements Sweep {
    private static final int AT_ONCE = 200;

    private final JobHistory history;
    private final Duration kept;

    /** Removes what ended {@code kept} ago. */
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
