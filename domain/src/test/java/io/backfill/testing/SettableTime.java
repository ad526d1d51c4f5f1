package io.backfill.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Both clocks of the product, moved by the test: the wall clock and, as a {@link LongSupplier}, elapsed nanoseconds. Thread-safe. */
public final class SettableTime implements InstantSource, LongSupplier {
    private volatile Instant now;
    private final AtomicLong nanos = new AtomicLong();

    public SettableTime(Instant now) {
        this.now = now;
    }

    /** Returns a clock that is stopped at 2026-11-03T10:00:00Z. */
    public static SettableTime standing() {
        return new SettableTime(Instant.parse("2026-11-03T10:00:00Z"));
    }

    /** Moves both clocks. */
    public synchronized SettableTime advance(Duration by) {
        now = now.plus(by);
        nanos.addAndGet(by.toNanos());
        return this;
    }

    /** Sets only the wall clock, possibly backwards, as an administrator or NTP may do. */
    public synchronized SettableTime set(Instant to) {
        now = to;
        return this;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Returns the nanoseconds since the creation of this clock. */
    @Override
    public long getAsLong() {
        return nanos.get();
    }
}
