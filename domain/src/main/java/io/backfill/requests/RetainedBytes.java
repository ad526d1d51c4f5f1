package io.backfill.requests;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A stream that keeps a copy of what was read from it since a position, so that the raw bytes of a value can be taken after a
 * parser has found its end. Keeps at most about {@code maxBytes}. Not thread-safe.
 */
final class RetainedBytes extends FilterInputStream {
    private static final int INITIAL = 64 * 1024;

    private final int maxBytes;
    private byte[] kept = new byte[INITIAL];
    /** Position in the stream of the first kept byte. */
    private long first;

    private int count;

    RetainedBytes(InputStream in, int maxBytes) {
        super(in);
        this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** @throws TooManyRetainedException if more than {@code maxBytes} are kept already */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (count > maxBytes) {
            throw new TooManyRetainedException();
        }
        int read = in.read(into, offset, length);
        if (read > 0) {
            if (count + read > kept.length) {
                kept = Arrays.copyOf(kept, Math.max(count + read, 2 * kept.length));
            }
            System.arraycopy(into, offset, kept, count, read);
            count += read;
        }
        return read;
    }

    /** Forgets the bytes before a position of the stream. */
    void forgetBefore(long position) {
        int dropped = (int) Math.min(count, Math.max(0, position - first));
        System.arraycopy(kept, dropped, kept, 0, count - dropped);
        count -= dropped;
        first += dropped;
    }

    /** Returns the bytes between two positions, which must be kept. */
    byte[] between(long from, long to) {
        return Arrays.copyOfRange(kept, Math.toIntExact(from - first), Math.toIntExact(to - first));
    }

    /** The value that is being read is too long. */
    static final class TooManyRetainedException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
