package io.backfill.plan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A fast 64-bit hash of bytes that multiplies and folds like wyhash. Not cryptographic. Without the seed, input cannot be crafted
 * that zeroes a factor and so hides a change in the bytes after it.
 */
final class FoldHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER_A = 0xa0761d6478bd642fL;
    private static final long MULTIPLIER_B = 0xe7037ed1a0b428dbL;
    private static final long MULTIPLIER_C = 0x8ebc6af09c88c6e3L;
    private static final long MULTIPLIER_D = 0x589965cc75374cc3L;

    private FoldHash() {}

    /** Hashes in two lanes of 16 bytes, so that the multiplications do not depend on each other. */
    static long of(byte[] bytes, int from, int length, long seed) {
        // different constants than for the first factors, so that swapping two words changes the product
        long firstOfOne = seed ^ MULTIPLIER_A;
        long firstOfTwo = seed ^ MULTIPLIER_B;
        long one = seed ^ MULTIPLIER_C;
        long two = seed ^ MULTIPLIER_D;
        int at = from;
        int end = from + length;
        for (int limit = end - 31; at < limit; at += 32) {
            one = fold(word(bytes, at) ^ firstOfOne, word(bytes, at + 8) ^ one);
            two = fold(word(bytes, at + 16) ^ firstOfTwo, word(bytes, at + 24) ^ two);
        }
        long hash = fold(one, two);
        for (; at < end; at++) {
            hash = fold(bytes[at] ^ MULTIPLIER_B, hash);
        }
        return fold(hash ^ MULTIPLIER_A, length ^ MULTIPLIER_B);
    }

    private static long word(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** Adds both factors again, so that a zero factor does not cancel the other. */
    private static long fold(long one, long other) {
        return (one * other) ^ Math.multiplyHigh(one, other) ^ one ^ other;
    }
}
