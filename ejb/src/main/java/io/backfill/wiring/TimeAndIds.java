package io.backfill.wiring;

import io.backfill.ids.IdGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Source of time, randomness and ids; all other classes have them injected. */
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
