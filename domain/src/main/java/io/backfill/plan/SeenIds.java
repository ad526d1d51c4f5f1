package io.backfill.plan;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which custom_ids were there before, in 21 to 43 bytes an id (64 for the moment it grows): 127 bits of their
 * SHA-256, in an open-addressed table.
 * Two ids of one file share them with a probability below 2^-88 for a million lines, and nobody can make them collide.
 */
final class SeenIds {
    private static final int INITIAL = 1024;

    private final MessageDigest sha256;
    /** Pairs of longs; a pair of zeros is a free place. */
    private long[] table = new long[2 * INITIAL];

    private int size;

    SeenIds() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Records the id; false when it was there. */
    boolean add(String id) {
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest(charsOf(id)));
        long high = digest.getLong();
        long low = digest.getLong() | 1;
        if (!insert(table, high, low)) {
            return false;
        }
        size++;
        if (size * 4L > table.length / 2 * 3L) {
            grow();
        }
        return true;
    }

    /** Not UTF-8: an id may hold half a surrogate pair, and all of those would become the same question mark. */
    private static byte[] charsOf(String id) {
        byte[] bytes = new byte[2 * id.length()];
        ByteBuffer.wrap(bytes).asCharBuffer().put(id);
        return bytes;
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
