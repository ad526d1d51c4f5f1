package io.backfill.answers.spool;

import io.backfill.pace.SpareRate;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How fast large answers are taken: with what the processors have left. Their bytes are received, written, scanned and copied into the
 * log, which at full speed takes most of a small machine from the calls beside them. All answers together get the {@link SpareRate},
 * 32 MiB a second at least. A model whose answers wait is held up by TCP. The wait counts for the call's time-out, like any wait for
 * its answer. Thread-safe; no lock is held while a call waits.
 */
public final class SpoolPace {
    static final long LEAST_BYTES_A_SECOND = 32L << 20;
    private static final long MOST_BYTES_A_SECOND = 4L << 30;

    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    /** Guarded by this, like what follows. */
    private final SpareRate rate;
    /** When the bytes that were booked so far have gone. */
    private long bookedUntil;

    private SpoolPace(SpareRate rate, LongSupplier nanoTime) {
        this.rate = rate;
        this.nanoTime = nanoTime;
        this.bookedUntil = nanoTime.getAsLong();
    }

    /** @param load as {@link SpareRate} takes it */
    public static SpoolPace of(DoubleSupplier load, LongSupplier nanoTime) {
        return new SpoolPace(rate(load, LEAST_BYTES_A_SECOND, nanoTime), nanoTime);
    }

    /** For a process that has nothing else to do. */
    public static SpoolPace unlimited(LongSupplier nanoTime) {
        return new SpoolPace(rate(() -> 0, MOST_BYTES_A_SECOND, nanoTime), nanoTime);
    }

    private static SpareRate rate(DoubleSupplier load, long first, LongSupplier nanoTime) {
        return new SpareRate(load, first, LEAST_BYTES_A_SECOND, MOST_BYTES_A_SECOND, nanoTime.getAsLong());
    }

    /**
     * Waits until so many bytes more may be taken.
     *
     * @param over whether the call has ended, and with it the wait
     * @throws IOException when it has
     */
    void await(int bytes, BooleanSupplier over) throws IOException {
        long until = book(bytes);
        for (long left = until - nanoTime.getAsLong(); left > 0; left = until - nanoTime.getAsLong()) {
            if (over.getAsBoolean()) {
                throw new IOException("the call ended while its answer waited for its turn");
            }
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted");
            }
        }
    }

    /** When these bytes may be taken: those that were booked before them go first. */
    synchronized long book(int bytes) {
        long now = nanoTime.getAsLong();
        long from = Math.max(bookedUntil, now);
        bookedUntil = from + bytes * SECOND_NANOS / rate.perSecond(now);
        return from;
    }
}
