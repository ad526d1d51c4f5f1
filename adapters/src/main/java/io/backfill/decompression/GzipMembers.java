package io.backfill.decompression;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses all gzip members (RFC 1952) of a stream. {@link java.util.zip.GZIPInputStream} does not serve for this: it ends
 * silently where the bytes after a member are not a complete header, which would lose the lines of a truncated or damaged second
 * member. Throws a {@link ZipException} if the data is invalid and an {@link EOFException} if it is truncated.
 */
final class GzipMembers extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private boolean inMember;

    GzipMembers(InputStream in) {
        this.in = in;
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
        while (inMember || beginMember()) {
            int count = inflate(into, offset, length);
            if (count > 0) {
                checksum.update(into, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsInput()) {
                if (position == limit && !fill()) {
                    throw truncated();
                }
                inflater.setInput(buffer, position, limit - position);
                position = limit;
            } else {
                throw new ZipException("the gzip data is invalid");
            }
        }
        return -1;
    }

    private int inflate(byte[] into, int offset, int length) throws ZipException {
        try {
            return inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            ZipException invalid = new ZipException("the gzip data is invalid");
            invalid.initCause(e);
            throw invalid;
        }
    }

    /** Returns false at the end of the stream. */
    private boolean beginMember() throws IOException {
        if (position == limit && !fill()) {
            return false;
        }
        if (number(1) != 0x1F || number(1) != 0x8B) {
            throw new ZipException("the gzip data is followed by other bytes");
        }
        int method = (int) number(1);
        int flags = (int) number(1);
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw new ZipException("a gzip header is invalid");
        }
        // time, level and system
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip((int) number(2));
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        inflater.reset();
        checksum.reset();
        inMember = true;
        return true;
    }

    private void endMember() throws IOException {
        position = limit - inflater.getRemaining();
        boolean sameBytes = number(4) == checksum.getValue();
        boolean sameSize = number(4) == (inflater.getBytesWritten() & 0xFFFF_FFFFL);
        if (!sameBytes || !sameSize) {
            throw new ZipException("the checksum of the gzip data does not match");
        }
        inMember = false;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private int next() throws IOException {
        if (position == limit && !fill()) {
            throw truncated();
        }
        return buffer[position++] & 0xFF;
    }

    private long number(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // its end is a zero
        }
    }

    private static EOFException truncated() {
        return new EOFException("the gzip data is truncated");
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
