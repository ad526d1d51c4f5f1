package io.backfill.answers.spool;

import io.backfill.pace.SpareCpuRate;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Limits the rate at which large answers are received to the spare capacity of the processors. The bytes of a large answer are
 * received, written, scanned and copied into the log; at full speed this would take most of a small machine from other calls. All
 * large answers together get the {@link SpareCpuRate}, at least 32 MiB a second. TCP flow control throttles a model whose answers
 * wait. The wait counts towards the call's time-out, like any wait for its answer. Thread-safe; no lock is held while a call waits.
 */
public final class SpoolPace {
    static final long LEAST_BYTES_A_SECOND = 32L << 20;
    private static final long MOST_BYTES_A_SECOND = 4L << 30;

    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    /** Guarded by this, like the field below. */
    private final SpareCpuRate rate;
    /** Time at which all bytes booked so far will have been received. */
    private long bookedUntil;

    private SpoolPace(SpareCpuRate rate, LongSupplier nanoTime) {
        this.rate = rate;
        this.nanoTime = nanoTime;
        this.bookedUntil = nanoTime.getAsLong();
    }

    /** @param load processor load, as defined by {@link SpareCpuRate} */
    public static SpoolPace of(DoubleSupplier load, LongSupplier nanoTime) {
        return new SpoolPace(rate(load, LEAST_BYTES_A_SECOND, nanoTime), nanoTime);
    }

    /** Returns a pace without a practical limit, for a process that does nothing else. */
    public static SpoolPace unlimited(LongSupplier nanoTime) {
        return new SpoolPace(rate(() -> 0, MOST_BYTES_A_SECOND, nanoTime), nanoTime);
    }

    private static SpareCpuRate rate(DoubleSupplier load, long first, LongSupplier nanoTime) {
        return new SpareCpuRate(load, first, LEAST_BYTES_A_SECOND, MOST_BYTES_A_SECOND, nanoTime.getAsLong());
    }

    /**
     * Waits until {@code bytes} more bytes may be received.
     *
     * @param over returns true if the call has ended, which ends the wait
     * @throws IOException if the call has ended
     */
    void await(int bytes, BooleanSupplier over) throws IOException {
        long until = book(bytes);
        for (long left = until - nanoTime.getAsLong(); left > 0; left = until - nanoTime.getAsLong()) {
            if (over.getAsBoolean()) {
                throw new IOException("the call ended while its answer was waiting for its turn");
            }
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted");
            }
        }
    }

    /** Books {@code bytes} behind all earlier bookings, and returns the time from which they may be received. */
    synchronized long book(int bytes) {
        long now = nanoTime.getAsLong();
        long from = Math.max(bookedUntil, now);
        bookedUntil = from + bytes * SECOND_NANOS / rate.perSecond(now);
        return from;
    }
}
