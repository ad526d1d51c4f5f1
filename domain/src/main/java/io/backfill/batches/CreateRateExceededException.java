package io.backfill.batches;

import java.time.Duration;

/** Thrown when a tenant creates batches faster than it may. */
public final class CreateRateExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int perHour;
    private final Duration untilNext;

    public CreateRateExceededException(int perHour, Duration untilNext) {
        super("tenant exceeds its limit of " + perHour + " batches per hour");
        this.perHour = perHour;
        this.untilNext = untilNext;
    }

    public int perHour() {
        return perHour;
    }

    /** Returns the time until another batch may be created. */
    public Duration untilNext() {
        return untilNext;
    }
}
