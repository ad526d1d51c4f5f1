package io.backfill.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The hash XXH64 with seed 0 of bytes that arrive in pieces. The low 32 bits are the checksum of a frame. */
final class XxHash64 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int STRIPE_BYTES = 32;
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;

    private final byte[] rest = new byte[STRIPE_BYTES];
    private int restBytes;
    private long total;
    /** The sum of the first two primes, modulo 2^64. */
    private long lane1 = 0x60EA27EEADC0B5D6L;

    private long lane2 = PRIME_2;
    private long lane3;
    private long lane4 = -PRIME_1;

    void add(byte[] bytes, int offset, int length) {
        total += length;
        int position = offset;
        int end = offset + length;
        if (restBytes > 0) {
            int more = Math.min(STRIPE_BYTES - restBytes, length);
            System.arraycopy(bytes, position, rest, restBytes, more);
            restBytes += more;
            position += more;
            if (restBytes < STRIPE_BYTES) {
                return;
            }
            stripe(rest, 0);
            restBytes = 0;
        }
        for (; end - position >= STRIPE_BYTES; position += STRIPE_BYTES) {
            stripe(bytes, position);
        }
        restBytes = end - position;
        System.arraycopy(bytes, position, rest, 0, restBytes);
    }

    private void stripe(byte[] bytes, int at) {
        lane1 = round(lane1, (long) LONGS.get(bytes, at));
        lane2 = round(lane2, (long) LONGS.get(bytes, at + 8));
        lane3 = round(lane3, (long) LONGS.get(bytes, at + 16));
        lane4 = round(lane4, (long) LONGS.get(bytes, at + 24));
    }

    private static long round(long lane, long value) {
        return Long.rotateLeft(lane + value * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    /** Returns the hash of all bytes so far. */
    long value() {
        long hash = PRIME_5;
        if (total >= STRIPE_BYTES) {
            hash = Long.rotateLeft(lane1, 1)
                    + Long.rotateLeft(lane2, 7)
                    + Long.rotateLeft(lane3, 12)
                    + Long.rotateLeft(lane4, 18);
            hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
        }
        hash += total;
        int at = 0;
        for (; restBytes - at >= 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONGS.get(rest, at)), 27) * PRIME_1 + PRIME_4;
        }
        if (restBytes - at >= 4) {
            long four = (int) INTS.get(rest, at) & 0xFFFF_FFFFL;
            hash = Long.rotateLeft(hash ^ four * PRIME_1, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < restBytes; at++) {
            hash = Long.rotateLeft(hash ^ (rest[at] & 0xFF) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }
}
