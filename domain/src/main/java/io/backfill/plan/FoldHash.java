package io.backfill.plan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A fast 64-bit hash of bytes, of the kind of wyhash: multiply and fold. Not for keeping secrets; but who does not know the seed
 * cannot choose bytes that make a factor zero, which would let what follows be swapped unseen.
 */
final class FoldHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER_A = 0xa0761d6478bd642fL;
    private static final long MULTIPLIER_B = 0xe7037ed1a0b428dbL;
    private static final long MULTIPLIER_C = 0x8ebc6af09c88c6e3L;
    private static final long MULTIPLIER_D = 0x589965cc75374cc3L;

    private FoldHash() {}

    /** Multiply and fold, in two lanes of 16 bytes, so that one multiplication need not wait for the other. */
    static long of(byte[] bytes, int from, int length, long seed) {
        // other constants than those of the first factors: the product must know which bytes were which
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

    /** The factors go in once more: a factor of zero must not swallow the other. */
    private static long fold(long one, long other) {
        return (one * other) ^ Math.multiplyHigh(one, other) ^ one ^ other;
    }
}
