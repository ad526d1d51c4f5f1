package io.backfill.worker;

import io.backfill.dispatch.AbortCause;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLogs;
import io.backfill.run.RunningBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The lease of a pod. The pod may send as long as no later epoch has opened the shard's log, which is checked in the store every
 * other second. If the store does not confirm this, sends stop after {@link #LENGTH}.
 */
final class ShardFence {
    static final Duration LENGTH = Duration.ofSeconds(60);
    static final Duration PERIOD = Duration.ofSeconds(2);

    private final ResultLogs logs;
    private final RunningBatch running;
    private final int partition;
    private final JsonLines log;
    private final LongSupplier nanoTime;
    private boolean failing;

    ShardFence(ResultLogs logs, RunningBatch running, int partition, JsonLines log, LongSupplier nanoTime) {
        this.logs = logs;
        this.running = running;
        this.partition = partition;
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** Checks the store once. Takes as long as the store's response. Not thread-safe. */
    void lookOnce() {
        long askedAt = nanoTime.getAsLong();
        Checkpoint newest;
        try {
            newest = logs.newest(running.id(), partition);
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                log.warn("the store does not answer; sends stop if this lasts " + LENGTH.toSeconds() + " s: "
                        + e.getMessage());
            }
            failing = true;
            return;
        }
        failing = false;
        if (newest.epoch() > running.logEpoch()) {
            running.abort().trip(AbortCause.LOST_LEASE);
        } else {
            running.lease().confirmed(askedAt, LENGTH);
        }
    }
}
