package io.backfill.testing;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepetitionInfo;

/** Randomness that is the same in every run: the number of a repetition, which a report of its failure names, is its seed. */
public final class SeededRandom {
    private SeededRandom() {}

    public static Random of(RepetitionInfo run) {
        return of(run.getCurrentRepetition());
    }

    /** Seeds are mixed first: the first coin that {@link Random} tosses falls the same way for every small seed. */
    public static Random of(long seed) {
        return new Random(new SplittableRandom(seed).nextLong());
    }
}
