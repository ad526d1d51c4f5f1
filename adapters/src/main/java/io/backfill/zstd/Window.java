package io.backfill.zstd;

import java.util.Arrays;
import java.util.zip.ZipException;

/** The most recent output, as far back as a frame may refer to it. The buffer grows with its content. */
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

    /** Starts a block, and discards output that is beyond the window. The output of the previous block must have been delivered. */
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
            throw new ZipException("a block is too large");
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

    /** Copies {@code length} bytes from {@code offset} bytes back. The source may overlap the bytes being added. */
    void repeat(int offset, int length) throws ZipException {
        if (offset < 1 || offset > Math.min(filled, size + (filled - blockStart))) {
            throw new ZipException("an offset is outside of the window");
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
