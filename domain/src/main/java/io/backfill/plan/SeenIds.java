package io.backfill.plan;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.security.SecureRandom;

/**
 * The set of custom_ids seen so far, in 21 to 43 bytes per id (64 while the table grows). The open-addressed table holds 127 bits
 * of two hashes, PolymurHash 2.0 with keys that are drawn anew for every file and kept secret. Two texts of at most n bytes that are
 * chosen without knowledge of the key have the same PolymurHash with a probability of at most n · 2^-60.2 (Orson Peters,
 * <a href="https://github.com/orlp/polymur-hash/blob/master/extras/universality-proof.md">Proof of almost universality</a>). An id
 * has at most 512 characters, 2048 bytes: this makes 2^-49 for one hash, and 2^-48 for the other, of which one bit is not kept. A
 * million ids form 2^39 pairs, so the probability that any two ids of a file collide is at most 2^-58.
 */
public final class SeenIds {
    private static final int INITIAL = 1024;

    private static final SecureRandom SEEDS = new SecureRandom();

    private final Hasher64 first = Hashing.polymurHash2_0(0, SEEDS.nextLong(), SEEDS.nextLong());
    private final Hasher64 second = Hashing.polymurHash2_0(0, SEEDS.nextLong(), SEEDS.nextLong());
    /** Pairs of longs; a pair of zeros marks a free slot. */
    private long[] table = new long[2 * INITIAL];

    private int size;

    /** Records the id. Returns false if it was already present. */
    public boolean add(String id) {
        // of chars, because UTF-8 replaces every unpaired surrogate by the same question mark
        long high = first.hashCharsToLong(id);
        long low = second.hashCharsToLong(id) | 1;
        if (!insert(table, high, low)) {
            return false;
        }
        size++;
        if (size * 4L > table.length / 2 * 3L) {
            grow();
        }
        return true;
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
