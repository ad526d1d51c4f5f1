package io.backfill.wiring;

import io.backfill.ids.IdGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The only place that looks at a clock or rolls dice; everybody else is handed what is made here. */
final class TimeAndIds {
    private final InstantSource time = Clock.systemUTC();
    private final IdGenerator ids = new IdGenerator(time, new SecureRandom());

    InstantSource time() {
        return time;
    }

    /** Monotonic nanoseconds. */
    LongSupplier nanoTime() {
        return System::nanoTime;
    }

    IdGenerator ids() {
        return ids;
    }
}
