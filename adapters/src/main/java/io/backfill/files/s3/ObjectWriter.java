package io.backfill.files.s3;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes a stream of bytes as one object. Content that fits into one part is sent as one PUT, longer content as an upload in parts.
 * The complete object exists once {@link #complete} returns. If the writer is closed before, no object is created. Uses memory for one
 * part. The part size doubles after every thousand parts (after 8 GB with parts of 8 MiB), so that every size that S3 allows can be
 * reached. Not thread-safe.
 */
public final class ObjectWriter implements Closeable {
    private static final int FIRST_BUFFER_BYTES = 16 * 1024;
    private static final int PARTS_OF_A_SIZE = 1000;
    private static final int LARGEST_PART_BYTES = 1 << 30;

    private final S3Objects objects;
    private final String key;
    private final long firstPartBytes;
    private Optional<PartUpload> upload = Optional.empty();
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int filled;
    private long size;
    private int parts;
    private boolean completed;

    public ObjectWriter(S3Objects objects, String key) {
        this(objects, key, objects.config().partBytes());
    }

    ObjectWriter(S3Objects objects, String key, long firstPartBytes) {
        this.objects = objects;
        this.key = key;
        this.firstPartBytes = firstPartBytes;
    }

    /** Returns the number of bytes written so far. */
    public long size() {
        return size;
    }

    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int room = reserve(left);
            System.arraycopy(bytes, from, buffer, filled, room);
            filled += room;
            from += room;
            left -= room;
            size += room;
        }
    }

    /** Makes room in the buffer for 1 to {@code wanted} bytes, and returns how many. Sends a full part first. */
    private int reserve(int wanted) throws IOException {
        int partBytes = partBytes();
        if (filled == partBytes) {
            sendPart();
            partBytes = partBytes();
        }
        if (filled == buffer.length) {
            long grown = Math.max(2L * buffer.length, (long) filled + wanted);
            buffer = Arrays.copyOf(buffer, (int) Math.min(grown, partBytes));
        }
        return Math.min(wanted, Math.min(buffer.length, partBytes) - filled);
    }

    /** Returns the size of the part being buffered. */
    private int partBytes() {
        return (int) Math.min(LARGEST_PART_BYTES, firstPartBytes << Math.min(16, parts / PARTS_OF_A_SIZE));
    }

    private void sendPart() throws IOException {
        if (upload.isEmpty()) {
            upload = Optional.of(objects.upload(key));
        }
        upload.get().put(++parts, buffer, filled);
        filled = 0;
    }

    /** Completes the object and returns its size. */
    public long complete() throws IOException {
        if (upload.isEmpty()) {
            objects.put(key, buffer, filled);
        } else {
            if (filled > 0) {
                sendPart();
            }
            upload.get().complete(size);
        }
        completed = true;
        return size;
    }

    /** Aborts the upload unless it is completed. */
    @Override
    public void close() throws IOException {
        if (!completed && upload.isPresent()) {
            completed = true;
            upload.get().abort();
        }
    }
}
