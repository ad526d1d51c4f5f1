package io.backfill.zstd;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Decompresses the Zstandard frames of a stream up to its end. Uses memory for the window of a frame, at most 8 MiB (the limit of RFC
 * 9659 for HTTP), which is allocated only as output fills it, and about 500 KiB. Checksums are ignored. Throws a {@link ZipException}
 * if the input is invalid and an {@link EOFException} if it is truncated.
 */
public final class ZstdInputStream extends FilterInputStream {
    static final int MOST_BLOCK_BYTES = 128 << 10;

    private static final int MOST_WINDOW_BYTES = 8 << 20;
    private static final long MAGIC = 0xFD2FB528L;
    private static final long SKIPPABLE = 0x184D2A50L;

    private final byte[] block = new byte[MOST_BLOCK_BYTES];
    private Optional<Frame> frame = Optional.empty();

    public ZstdInputStream(InputStream compressed) {
        super(compressed);
    }

    private record Frame(Window window, Blocks blocks, boolean checked, boolean ended) {}

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (frame.isEmpty() || frame.get().window().isDelivered()) {
            if (!advance()) {
                return -1;
            }
        }
        return frame.get().window().deliver(into, offset, length);
    }

    /** Reads the next block or the next frame header. Returns false at the end of the stream. */
    private boolean advance() throws IOException {
        if (frame.isEmpty()) {
            return beginFrame();
        }
        Frame current = frame.get();
        if (current.ended()) {
            if (current.checked()) {
                number(4);
            }
            frame = Optional.empty();
            return true;
        }
        int head = (int) number(3);
        int size = head >> 3;
        int type = head >> 1 & 3;
        current.window().beginBlock();
        if (size > MOST_BLOCK_BYTES) {
            throw new ZipException("a block is too large");
        }
        switch (type) {
            case 0 -> current.window().add(filled(size), 0, size);
            case 1 -> current.window().add((byte) number(1), size);
            case 2 -> decompress(current.blocks(), size);
            default -> throw new ZipException("a block has an unknown type");
        }
        if ((head & 1) == 1) {
            frame = Optional.of(new Frame(current.window(), current.blocks(), current.checked(), true));
        }
        return true;
    }

    private void decompress(Blocks blocks, int size) throws IOException {
        try {
            blocks.compressed(new Bytes(filled(size), 0, size));
        } catch (ArrayIndexOutOfBoundsException | IllegalStateException e) {
            ZipException broken = new ZipException("a block is invalid");
            broken.initCause(e);
            throw broken;
        }
    }

    private boolean beginFrame() throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        long magic = first | number(3) << 8;
        if ((magic & ~15L) == SKIPPABLE) {
            in.skipNBytes(number(4));
            return true;
        }
        if (magic != MAGIC) {
            throw new ZipException("not a zstd frame");
        }
        int descriptor = (int) number(1);
        boolean single = (descriptor & 32) != 0;
        long window = 0;
        if (!single) {
            int byteOfWindow = (int) number(1);
            long base = 1L << 10 + (byteOfWindow >> 3);
            window = base + (base >> 3) * (byteOfWindow & 7);
        }
        int dictionaryBytes = new int[] {0, 1, 2, 4}[descriptor & 3];
        if (number(dictionaryBytes) != 0) {
            throw new ZipException(
                    "a frame requires a dictionary; the server must compress without one, or not at all");
        }
        int sizeFlag = descriptor >> 6;
        long size = number(sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag) + (sizeFlag == 1 ? 256 : 0);
        window = single ? size : window;
        if ((descriptor & 8) != 0 || window < 0) {
            throw new ZipException("a frame header is invalid");
        }
        if (window > MOST_WINDOW_BYTES && !single) {
            throw new ZipException("a frame needs a window of " + window + " bytes; the server must not use more than "
                    + MOST_WINDOW_BYTES + ", or not compress");
        }
        Window history = new Window((int) Math.min(window, MOST_WINDOW_BYTES));
        frame = Optional.of(new Frame(history, new Blocks(history), (descriptor & 4) != 0, false));
        return true;
    }

    private byte[] filled(int size) throws IOException {
        if (in.readNBytes(block, 0, size) < size) {
            throw new EOFException("the zstd data is truncated");
        }
        return block;
    }

    private long number(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            int one = in.read();
            if (one < 0) {
                throw new EOFException("the zstd data is truncated");
            }
            value |= (long) one << 8 * i;
        }
        return value;
    }
}
