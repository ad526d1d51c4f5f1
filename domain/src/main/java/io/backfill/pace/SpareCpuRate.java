package io.backfill.pace;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Adjusts the rate of work that can wait to the spare capacity of the processors. While they are busy, the rate is halved
 * repeatedly, down to its minimum; otherwise it increases by a quarter at a time (additive increase, multiplicative decrease: Chiu
 * and Jain 1989). The load is sampled five times a second. Not thread-safe.
 */
public final class SpareCpuRate {
    private static final double BUSY = 0.75;
    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();

    private final DoubleSupplier load;
    private final long least;
    private final long most;
    private long lookedAt;
    private long perSecond;

    /**
     * Creates a rate between two bounds.
     *
     * @param load of all processors available to this process, 0 to 1; negative if unknown, which counts as idle
     * @param first initial rate
     */
    public SpareCpuRate(DoubleSupplier load, long first, long least, long most, long nanoTime) {
        this.load = load;
        this.least = least;
        this.most = most;
        this.lookedAt = nanoTime;
        this.perSecond = first;
    }

    /** Returns the current rate. */
    public long perSecond(long nanoTime) {
        if (nanoTime - lookedAt >= LOOK_NANOS) {
            lookedAt = nanoTime;
            boolean busy = load.getAsDouble() > BUSY;
            perSecond = Math.clamp(busy ? perSecond / 2 : perSecond + Math.max(1, perSecond / 4), least, most);
        }
        return perSecond;
    }
}
