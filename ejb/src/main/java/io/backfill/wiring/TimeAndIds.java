package io.backfill.wiring;

import io.backfill.ids.IdGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Source of time, randomness and ids; all other classes have them injected. */
final class TimeAndIds {
    private final InstantSource time = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final IdGenerator ids = new IdGenerator(time, random);

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

    /** Cryptographically strong. */
    RandomGenerator random() {
        return random;
    }
}
