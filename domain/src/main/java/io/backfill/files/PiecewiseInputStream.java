package io.backfill.files;

import java.io.IOException;
import java.io.InputStream;

/** A stream whose bytes are produced piece by piece, so that a blob can be written without holding all of it in memory. */
public final class PiecewiseInputStream extends InputStream {
    /** Produces the next piece; an empty array ends the stream. */
    @FunctionalInterface
    public interface Pieces {
        byte[] next() throws IOException;
    }

    private final Pieces pieces;
    private byte[] piece = new byte[0];
    private int position;
    private boolean ended;

    public PiecewiseInputStream(Pieces pieces) {
        this.pieces = pieces;
    }

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
        if (position == piece.length && !ended) {
            piece = pieces.next();
            position = 0;
            ended = piece.length == 0;
        }
        if (ended) {
            return -1;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, into, offset, count);
        position += count;
        return count;
    }
}
