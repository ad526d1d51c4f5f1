package io.backfill.admission;

import java.util.HashMap;
import java.util.Map;

/**
 * Estimates how many bytes the answers of one model need, by path: a high quantile of recent sizes, in powers of two. An answer
 * larger than {@link #LARGEST} is spooled to disk as it arrives, so no more than that is reserved for any answer. Not thread-safe.
 */
public final class AnswerSizes {
    /** Answers larger than this go to disk. */
    public static final int LARGEST = 256 << 10;

    /** Number of copies of an answer in memory at once: as received, and as part of its result line. */
    public static final int COPIES = 2;

    /** Size expected before the first answers. */
    private static final int PRIOR = 16 << 10;

    private static final int SMALLEST_BITS = 10;
    private static final int BUCKETS = Integer.numberOfTrailingZeros(LARGEST) - SMALLEST_BITS + 1;
    /** Number of answers after which older ones count half. */
    private static final int MEMORY = 512;

    private static final double QUANTILE = 0.95;

    /** Paths are those of the API, so there are few. */
    private final Map<String, int[]> byPath = new HashMap<>();

    /** Records the size of an answer. */
    public void answered(String path, long bytes) {
        int[] counts = byPath.computeIfAbsent(path, name -> new int[BUCKETS + 1]);
        counts[bucket(bytes)]++;
        if (++counts[BUCKETS] >= MEMORY) {
            int total = 0;
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] /= 2;
                total += counts[i];
            }
            counts[BUCKETS] = total;
        }
    }

    /** Returns the bytes to reserve for the next answer, including its copies. */
    public long expected(String path) {
        int[] counts = byPath.get(path);
        if (counts == null || counts[BUCKETS] == 0) {
            return (long) PRIOR * COPIES;
        }
        double wanted = QUANTILE * counts[BUCKETS];
        int seen = 0;
        int bucket = -1;
        while (seen < wanted && bucket < BUCKETS - 1) {
            seen += counts[++bucket];
        }
        return (1L << (SMALLEST_BITS + bucket)) * COPIES;
    }

    private static int bucket(long bytes) {
        long capped = Math.clamp(bytes, 1, LARGEST);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(capped - 1);
        return Math.max(0, bits - SMALLEST_BITS);
    }
}
