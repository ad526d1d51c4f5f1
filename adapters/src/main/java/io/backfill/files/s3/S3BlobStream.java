package io.backfill.files.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * A stream over a range of an object. When the answer breaks off, for example because the reader was slow, the stream requests the
 * remaining bytes. They come from the same object; the read fails if the object has been replaced.
 */
final class S3BlobStream extends InputStream {
    /** Number of consecutive failures, without a byte read in between, after which a read fails. */
    private static final int FAILURES = 3;

    private final S3Objects objects;
    private final S3Objects.Entry entry;
    private final long end;
    private long position;
    private Optional<S3Answer> answer = Optional.empty();
    private int failures;
    private boolean closed;

    S3BlobStream(S3Objects objects, S3Objects.Entry entry, long position, long length) {
        this.objects = objects;
        this.entry = entry;
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
        if (closed) {
            throw new IOException("the stream of " + entry.key() + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (position < end) {
            try {
                return readOn(into, offset, (int) Math.min(length, end - position));
            } catch (NoSuchFileException | EOFException | InterruptedIOException e) {
                letGo();
                throw e;
            } catch (IOException e) {
                letGo();
                failures++;
                if (failures == FAILURES) {
                    throw e;
                }
            }
        }
        return -1;
    }

    private int readOn(byte[] into, int offset, int length) throws IOException {
        if (answer.isEmpty()) {
            answer = Optional.of(objects.range(entry.key(), entry.etag(), position, end - position));
        }
        int count = answer.get().read(into, offset, length);
        if (count < 0) {
            throw new EOFException(entry.key() + " ends at byte " + position + ", before byte " + end);
        }
        failures = 0;
        position += count;
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = Math.clamp(count, 0, end - position);
        if (skipped > 0) {
            letGo();
            position += skipped;
        }
        return skipped;
    }

    private void letGo() throws IOException {
        Optional<S3Answer> ended = answer;
        answer = Optional.empty();
        if (ended.isPresent()) {
            ended.get().close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        letGo();
    }
}
