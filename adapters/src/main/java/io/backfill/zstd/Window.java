package io.backfill.zstd;

import java.util.Arrays;
import java.util.zip.ZipException;

/** What was decompressed last, as far back as a frame may refer to. Grows with what is in it. */
final class Window {
    private static final int FIRST_BYTES = 16 << 10;

    private final int size;
    private byte[] buffer = new byte[FIRST_BYTES];
    private int filled;
    private int delivered;
    private int blockStart;

    Window(int size) {
        this.size = size;
    }

    /** Moves on before a block, whose bytes must have been delivered. */
    void beginBlock() {
        if (filled > size + ZstdInputStream.MOST_BLOCK_BYTES) {
            System.arraycopy(buffer, filled - size, buffer, 0, size);
            filled = size;
            delivered = size;
        }
        blockStart = filled;
    }

    private void reserve(int more) throws ZipException {
        if (more > ZstdInputStream.MOST_BLOCK_BYTES - (filled - blockStart)) {
            throw new ZipException("a block that is too large");
        }
        if (more > buffer.length - filled) {
            buffer = Arrays.copyOf(buffer, Math.max(filled + more, Math.min(2 * buffer.length, mostBytes())));
        }
    }

    private int mostBytes() {
        return size + 2 * ZstdInputStream.MOST_BLOCK_BYTES;
    }

    void add(byte[] bytes, int start, int length) throws ZipException {
        reserve(length);
        System.arraycopy(bytes, start, buffer, filled, length);
        filled += length;
    }

    void add(byte one, int times) throws ZipException {
        reserve(times);
        Arrays.fill(buffer, filled, filled + times, one);
        filled += times;
    }

    /** Adds again what is {@code offset} bytes back, which may reach into what is being added. */
    void repeat(int offset, int length) throws ZipException {
        if (offset < 1 || offset > Math.min(filled, size + (filled - blockStart))) {
            throw new ZipException("a reference to what was not there");
        }
        reserve(length);
        for (int i = 0; i < length; i++) {
            buffer[filled] = buffer[filled - offset];
            filled++;
        }
    }

    boolean isDelivered() {
        return delivered == filled;
    }

    int deliver(byte[] into, int offset, int length) {
        int count = Math.min(length, filled - delivered);
        System.arraycopy(buffer, delivered, into, offset, count);
        delivered += count;
        return count;
    }
}
