package io.backfill.answers.spool;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How fast large answers are taken: with what the processors have left. Their bytes are received, written, scanned and copied into the
 * log, which at full speed takes most of a small machine from the calls beside them. While the processors are busy the rate is halved
 * again and again, down to 32 MiB a second for all answers together; while they are not it rises by a quarter at a time, as
 * additive increase and multiplicative decrease do (Chiu and Jain 1989). A model whose answers wait is held up by TCP. The
 * wait counts for the call's time-out, like any wait for its answer. Thread-safe; no lock is held while a call waits.
 */
public final class SpoolPace {
    static final long LEAST_BYTES_A_SECOND = 32L << 20;
    private static final long MOST_BYTES_A_SECOND = 4L << 30;

    private static final double BUSY = 0.75;
    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final DoubleSupplier load;
    private final LongSupplier nanoTime;

    /** Guarded by this, like what follows: when the bytes that were booked so far have gone. */
    private long bookedUntil;

    private long lookedAt;
    private long bytesASecond;

    /** @param load of all processors that there are for this process, 0 to 1; negative where it is not known */
    SpoolPace(DoubleSupplier load, LongSupplier nanoTime) {
        this(load, LEAST_BYTES_A_SECOND, nanoTime);
    }

    private SpoolPace(DoubleSupplier load, long bytesASecond, LongSupplier nanoTime) {
        this.load = load;
        this.bytesASecond = bytesASecond;
        this.nanoTime = nanoTime;
        this.bookedUntil = nanoTime.getAsLong();
        this.lookedAt = bookedUntil;
    }

    /** By the load of this machine, or of the container. */
    public static SpoolPace ofThisMachine(LongSupplier nanoTime) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? new SpoolPace(system::getCpuLoad, nanoTime)
                : unlimited(nanoTime);
    }

    /** For a process that has nothing else to do. */
    public static SpoolPace unlimited(LongSupplier nanoTime) {
        return new SpoolPace(() -> 0, MOST_BYTES_A_SECOND, nanoTime);
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
        if (now - lookedAt >= LOOK_NANOS) {
            lookedAt = now;
            adapt();
        }
        long from = Math.max(bookedUntil, now);
        bookedUntil = from + bytes * SECOND_NANOS / bytesASecond;
        return from;
    }

    private void adapt() {
        boolean busy = load.getAsDouble() > BUSY;
        bytesASecond = Math.clamp(
                busy ? bytesASecond / 2 : bytesASecond + bytesASecond / 4, LEAST_BYTES_A_SECOND, MOST_BYTES_A_SECOND);
    }
}
