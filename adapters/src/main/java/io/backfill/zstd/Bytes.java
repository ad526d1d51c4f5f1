package io.backfill.zstd;

import java.util.zip.ZipException;

/** A range of the bytes of a block, read forwards. */
final class Bytes {
    private final byte[] array;
    private final int end;
    private int at;

    Bytes(byte[] array, int start, int end) {
        this.array = array;
        this.at = start;
        this.end = end;
    }

    int left() {
        return end - at;
    }

    byte[] array() {
        return array;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    int one() throws ZipException {
        return (int) number(1);
    }

    /** Reads a little-endian number of {@code bytes} bytes. */
    long number(int bytes) throws ZipException {
        require(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (array[at++] & 0xFFL) << 8 * i;
        }
        return value;
    }

    /** Consumes the next {@code length} bytes and returns them as a range. */
    Bytes part(int length) throws ZipException {
        require(length);
        Bytes part = new Bytes(array, at, at + length);
        at += length;
        return part;
    }

    BackwardBits backwards() throws ZipException {
        return new BackwardBits(array, at, end);
    }

    private void require(int bytes) throws ZipException {
        if (bytes < 0 || bytes > end - at) {
            throw new ZipException("a block is truncated");
        }
    }
}
