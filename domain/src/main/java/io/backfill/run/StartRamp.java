package io.backfill.run;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** The window of a suspect: one open call per model, doubling every minute. Thread-safe. */
public final class StartRamp {
    private static final Duration STEP = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 20;

    private final LongSupplier nanoTime;
    private final long began;
    private final AtomicInteger widest = new AtomicInteger();

    /** @param behind how long the ramp has been running already */
    public StartRamp(Duration behind, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.began = nanoTime.getAsLong() - behind.toNanos();
    }

    /** Returns how many calls of a window of {@code full} calls may be open now. */
    public int of(int full) {
        widest.accumulateAndGet(full, Math::max);
        return Math.min(full, limit());
    }

    /** Whether every window passed to {@link #of} has reached its full size; false before the first call. */
    public boolean over() {
        int full = widest.get();
        return full > 0 && limit() >= full;
    }

    /** Returns how long the ramp has been running. */
    public Duration length() {
        return Duration.ofNanos(nanoTime.getAsLong() - began);
    }

    private int limit() {
        return 1 << Math.min(MOST_DOUBLINGS, length().dividedBy(STEP));
    }
}
