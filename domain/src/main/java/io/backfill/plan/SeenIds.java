package io.backfill.plan;

import java.security.SecureRandom;

/**
 * The set of custom_ids seen so far, in 21 to 43 bytes per id (64 while the table grows). The open-addressed table holds 127 bits
 * of two hashes whose seeds are drawn anew for every file. The probability that two ids of one file collide is below 2^-86 for a
 * million lines, and without the seeds a collision cannot be constructed.
 */
final class SeenIds {
    private static final int INITIAL = 1024;

    private static final SecureRandom SEEDS = new SecureRandom();

    private final long highSeed = SEEDS.nextLong();
    private final long lowSeed = SEEDS.nextLong();
    private byte[] chars = new byte[128];
    /** Pairs of longs; a pair of zeros marks a free slot. */
    private long[] table = new long[2 * INITIAL];

    private int size;

    /** Records the id. Returns false if it was already present. */
    boolean add(String id) {
        int length = charsOf(id);
        long high = FoldHash.of(chars, 0, length, highSeed);
        long low = FoldHash.of(chars, 0, length, lowSeed) | 1;
        if (!insert(table, high, low)) {
            return false;
        }
        size++;
        if (size * 4L > table.length / 2 * 3L) {
            grow();
        }
        return true;
    }

    /**
     * Copies the chars of the id to the buffer and returns their length in bytes. Not encoded as UTF-8, because an id may contain
     * unpaired surrogates, which would all become the same question mark.
     */
    private int charsOf(String id) {
        int length = 2 * id.length();
        if (length > chars.length) {
            chars = new byte[2 * length];
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            chars[2 * i] = (byte) c;
            chars[2 * i + 1] = (byte) (c >>> 8);
        }
        return length;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(table.length, 2)];
        for (int i = 0; i < table.length; i += 2) {
            if (table[i + 1] != 0) {
                insert(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }

    private static boolean insert(long[] table, long high, long low) {
        int mask = table.length / 2 - 1;
        int place = (int) high & mask;
        while (table[2 * place + 1] != 0) {
            if (table[2 * place] == high && table[2 * place + 1] == low) {
                return false;
            }
            place = (place + 1) & mask;
        }
        table[2 * place] = high;
        table[2 * place + 1] = low;
        return true;
    }
}
