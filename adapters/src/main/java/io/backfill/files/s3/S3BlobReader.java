package io.backfill.files.s3;

import io.backfill.files.BlobReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads one object. Streams come from S3. Random reads of a small object come from memory. Random reads of a larger object come from
 * its local copy once that is complete, and from S3 until then.
 */
final class S3BlobReader implements BlobReader {
    /** As large as one read of a plan, so a reader never holds much memory. */
    private static final long SMALL_BYTES = 64 * 1024;

    private final S3Objects objects;
    private final S3Objects.Entry entry;
    private final SpoolCache.Copy copy;

    /** Guards {@link #small}. */
    private final ReentrantLock reading = new ReentrantLock();

    private byte @Nullable [] small;
    private volatile boolean closed;

    S3BlobReader(S3Objects objects, S3Objects.Entry entry, SpoolCache.Copy copy) {
        this.objects = objects;
        this.entry = entry;
        this.copy = copy;
    }

    @Override
    public long size() {
        return entry.size();
    }

    @Override
    public void readFully(long position, byte[] into, int offset, int length) throws IOException {
        requireRange(position, length);
        if (length == 0) {
            return;
        }
        if (entry.size() < SMALL_BYTES) {
            System.arraycopy(small(), (int) position, into, offset, length);
        } else if (!readCopy(position, into, offset, length)) {
            int count = objects.read(entry.key(), entry.etag(), position, into, offset, length);
            requireBytes(count, length);
        }
    }

    private byte[] small() throws IOException {
        reading.lock();
        try {
            byte[] bytes = small;
            if (bytes == null) {
                bytes = new byte[(int) entry.size()];
                requireBytes(objects.read(entry.key(), entry.etag(), 0, bytes, 0, bytes.length), bytes.length);
                small = bytes;
            }
            return bytes;
        } finally {
            reading.unlock();
        }
    }

    private void requireBytes(int count, int wanted) throws EOFException {
        if (count < wanted) {
            throw new EOFException(entry.key() + " is truncated: read " + count + " bytes of " + wanted);
        }
    }

    private boolean readCopy(long position, byte[] into, int offset, int length) {
        Optional<BlobReader> local = copy.reader();
        if (local.isEmpty()) {
            return false;
        }
        try {
            local.get().readFully(position, into, offset, length);
            return true;
        } catch (IOException e) {
            // the local file was removed or the disk is failing; S3 still has the bytes
            copy.drop(local.get());
            return false;
        }
    }

    @Override
    public InputStream stream(long position, long length) throws IOException {
        requireRange(position, length);
        return new S3BlobStream(objects, entry, position, length);
    }

    private void requireRange(long position, long length) throws IOException {
        if (closed) {
            throw new IOException("the reader of " + entry.key() + " is closed");
        }
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException("invalid range: " + length + " bytes from " + position);
        }
        if (length > entry.size() - position) {
            throw new EOFException(
                    entry.key() + " has only " + entry.size() + " bytes, not " + length + " from " + position);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            copy.close();
        }
    }
}
