package io.backfill.lifecycle;

import io.backfill.retention.UnfinishedWrites;
import java.time.Duration;
import java.time.Instant;

/** Removes unfinished writes to the store that no process will complete. */
public final class UnfinishedWriteSweep implements Sweep {
    private final UnfinishedWrites writes;
    private final Duration age;

    /** @param age longer than any write takes */
    UnfinishedWriteSweep(UnfinishedWrites writes, Duration age) {
        this.writes = writes;
        this.age = age;
    }

    @Override
    public String kind() {
        return "unfinished-writes";
    }

    @Override
    public Duration pause() {
        return Duration.ofHours(1);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return () -> new Found(writes.sweep(now.minus(age), dryRun), true);
    }
}
