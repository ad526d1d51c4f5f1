package io.backfill.batches;

import java.time.Duration;

/** The tenant creates batches faster than it may. */
public final class CreateRateExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int perHour;
    private final Duration untilNext;

    public CreateRateExceededException(int perHour, Duration untilNext) {
        super("more than " + perHour + " batches per hour");
        this.perHour = perHour;
        this.untilNext = untilNext;
    }

    public int perHour() {
        return perHour;
    }

    /** After this time one more may be created. */
    public Duration untilNext() {
        return untilNext;
    }
}
