package io.backfill.files.directory;

import io.backfill.files.BlobReader;
import java.io.IOException;
import java.io.InputStream;

/** A stream over a range of a blob. Holds no open file itself. */
final class BlobStream extends InputStream {
    private final BlobReader blob;
    private final long end;
    private long position;

    BlobStream(BlobReader blob, long position, long length) {
        this.blob = blob;
        this.position = position;
        this.end = position + length;
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
        if (position == end) {
            return -1;
        }
        int count = (int) Math.min(length, end - position);
        blob.readFully(position, into, offset, count);
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.clamp(count, 0, end - position);
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - position);
    }
}
