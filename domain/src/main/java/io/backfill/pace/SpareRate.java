package io.backfill.pace;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * A rate for work that can wait, by what the processors have left. While they are busy it is halved again and again, down to its
 * least; while they are not it rises by a quarter at a time, as additive increase and multiplicative decrease do (Chiu and Jain 1989).
 * The load is looked at five times a second. Not thread-safe.
 */
public final class SpareRate {
    private static final double BUSY = 0.75;
    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();

    private final DoubleSupplier load;
    private final long least;
    private final long most;
    private long lookedAt;
    private long perSecond;

    /**
     * A rate between two bounds.
     *
     * @param load of all processors that there are for this process, 0 to 1; negative where it is not known, which is taken for idle
     * @param first what it begins with
     */
    public SpareRate(DoubleSupplier load, long first, long least, long most, long nanoTime) {
        this.load = load;
        this.least = least;
        this.most = most;
        this.lookedAt = nanoTime;
        this.perSecond = first;
    }

    /** The rate now. */
    public long perSecond(long nanoTime) {
        if (nanoTime - lookedAt >= LOOK_NANOS) {
            lookedAt = nanoTime;
            boolean busy = load.getAsDouble() > BUSY;
            perSecond = Math.clamp(busy ? perSecond / 2 : perSecond + Math.max(1, perSecond / 4), least, most);
        }
        return perSecond;
    }
}
