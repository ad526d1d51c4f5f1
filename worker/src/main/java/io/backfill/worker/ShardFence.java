package io.backfill.worker;

import io.backfill.dispatch.AbortCause;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLogs;
import io.backfill.run.RunningBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A pod's lease: as long as nobody with a later epoch has opened the shard's log, which is looked for in the store every other
 * second, this pod may send. When the store does not say so any more, sends end after {@link #LENGTH}.
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

    /** One look; for one thread. Takes as long as the store does. */
    void lookOnce() {
        long askedAt = nanoTime.getAsLong();
        Checkpoint newest;
        try {
            newest = logs.newest(running.id(), partition);
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                log.warn("the store does not answer; sends end after " + LENGTH.toSeconds() + " s of that: "
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
