package io.backfill.testing;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import java.time.InstantSource;
import java.util.Random;

/** Ids that are the same in every run. */
public final class SeededIds {
    private SeededIds() {}

    /** Returns a generator whose ids depend only on {@code time} and the seed. */
    public static IdGenerator of(InstantSource time, long seed) {
        return new IdGenerator(time, new Random(seed));
    }

    public static IdGenerator standing() {
        return of(SettableTime.standing(), 1);
    }

    /** Returns the {@code n}-th batch id of a test; a larger {@code n} means a later creation. */
    public static BatchId batch(int n) {
        return new BatchId(BatchId.PREFIX + hex(n));
    }

    /** Returns the {@code n}-th file id of a test; a larger {@code n} means a later creation. */
    public static FileId file(int n) {
        return new FileId(FileId.PREFIX + hex(n));
    }

    private static String hex(int n) {
        return "690a0000%03x%013x%08x".formatted(n & 0xFFF, n, n);
    }
}
