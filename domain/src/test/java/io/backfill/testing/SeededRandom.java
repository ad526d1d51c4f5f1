package io.backfill.testing;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepetitionInfo;

/** Random numbers that are the same in every run. The seed is the number of the repetition, which the report of a failure names. */
public final class SeededRandom {
    private SeededRandom() {}

    public static Random of(RepetitionInfo run) {
        return of(run.getCurrentRepetition());
    }

    /**
     * Returns random numbers for a seed. The seed is mixed first, because the first boolean of {@link Random} is the same for all
     * small seeds.
     */
    public static Random of(long seed) {
        return new Random(new SplittableRandom(seed).nextLong());
    }
}
