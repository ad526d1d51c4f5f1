package io.backfill.zstd;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Decompresses the Zstandard frames of a stream up to its end. Uses memory for the window of a frame, at most 8 MiB (the limit of RFC
 * 9659 for HTTP), which is allocated only as output fills it, and about 500 KiB. Verifies the checksum of each frame
 * that has one. Throws a {@link ZipException} if the input is invalid and an {@link EOFException} if it is truncated.
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

    /** @param hash of the delivered bytes; empty if the frame has no checksum */
    private record Frame(Window window, Blocks blocks, Optional<XxHash64> hash, boolean ended) {}

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
        Frame current = frame.get();
        int count = current.window().deliver(into, offset, length);
        current.hash().ifPresent(hash -> hash.add(into, offset, count));
        return count;
    }

    /** Reads the next block or the next frame header. Returns false at the end of the stream. */
    private boolean advance() throws IOException {
        if (frame.isEmpty()) {
            return beginFrame();
        }
        Frame current = frame.get();
        if (current.ended()) {
            if (current.hash().isPresent() && number(4) != (current.hash().get().value() & 0xFFFF_FFFFL)) {
                throw new ZipException("the checksum of a frame does not match");
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
            frame = Optional.of(new Frame(current.window(), current.blocks(), current.hash(), true));
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
            throw new ZipException("a frame requires a dictionary; compress without one, or not at all");
        }
        int sizeFlag = descriptor >> 6;
        long size = number(sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag) + (sizeFlag == 1 ? 256 : 0);
        window = single ? size : window;
        if ((descriptor & 8) != 0 || window < 0) {
            throw new ZipException("a frame header is invalid");
        }
        if (window > MOST_WINDOW_BYTES && !single) {
            throw new ZipException("a frame needs a window of " + window + " bytes; compress with one of at most "
                    + MOST_WINDOW_BYTES + ", or not at all");
        }
        Window history = new Window((int) Math.min(window, MOST_WINDOW_BYTES));
        boolean checked = (descriptor & 4) != 0;
        Optional<XxHash64> hash = checked ? Optional.of(new XxHash64()) : Optional.empty();
        frame = Optional.of(new Frame(history, new Blocks(history), hash, false));
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
