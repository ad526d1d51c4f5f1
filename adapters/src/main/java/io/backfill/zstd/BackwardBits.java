package io.backfill.zstd;

import java.util.zip.ZipException;

/** Reads the bits of a range of bytes backwards. The highest set bit of the last byte marks the start. */
final class BackwardBits {
    private final byte[] bytes;
    private final int start;
    /** Number of bits left; negative if bits beyond the end were read, which are zero. */
    private int left;

    BackwardBits(byte[] bytes, int start, int end) throws ZipException {
        if (end <= start || bytes[end - 1] == 0) {
            throw new ZipException("a bit stream has no end mark");
        }
        this.bytes = bytes;
        this.start = start;
        int last = bytes[end - 1] & 0xFF;
        this.left = (end - start) * 8 - (Integer.numberOfLeadingZeros(last) - 24) - 1;
    }

    int left() {
        return left;
    }

    /** Returns the next {@code count} bits, at most 31, without consuming them. */
    int peek(int count) {
        int value = 0;
        for (int taken = 0; taken < count; ) {
            int position = left - taken - 1;
            if (position < 0) {
                return value << (count - taken);
            }
            int inByte = position & 7;
            int some = Math.min(count - taken, inByte + 1);
            int from = bytes[start + (position >> 3)] & 0xFF;
            value = value << some | from >> (inByte + 1 - some) & (1 << some) - 1;
            taken += some;
        }
        return value;
    }

    void skip(int count) {
        left -= count;
    }

    int read(int count) {
        int value = peek(count);
        left -= count;
        return value;
    }
}
