package io.backfill.lifecycle;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * Batches whose job failed on this node wait before this node tries them again, longer each time; other nodes need not. Thread-safe.
 */
public final class Pauses {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final ConcurrentMap<BatchId, Pause> pauses = new ConcurrentHashMap<>();

    private record Pause(Duration length, long until) {}

    public Pauses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes a failure; returns how long the batch is left alone. */
    public Duration failed(BatchId batch) {
        return pauses.compute(batch, (id, before) -> {
                    Duration length =
                            before == null ? FIRST : min(before.length().multipliedBy(2), LONGEST);
                    return new Pause(length, nanoTime.getAsLong() + length.toNanos());
                })
                .length();
    }

    public void ended(BatchId batch) {
        pauses.remove(batch);
    }

    public boolean pausing(BatchId batch) {
        Pause pause = pauses.get(batch);
        return pause != null && nanoTime.getAsLong() - pause.until() < 0;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
