package io.backfill.files.directory;

import io.backfill.files.BlobReader;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file through one handle per concurrently reading thread. A shared {@link java.nio.channels.FileChannel} would not do: an
 * interrupt of one thread would close it for all threads.
 */
final class DirectoryBlobReader implements BlobReader {
    /** Handles beyond this number are closed after use. */
    private static final int IDLE_HANDLES = 8;

    private final Path path;
    private final long size;
    /** Distinguishes this file from a later file of the same name; null if the file system has no file keys. */
    private final @Nullable Object identity;

    private final BlockingQueue<RandomAccessFile> idle = new ArrayBlockingQueue<>(IDLE_HANDLES);
    private volatile boolean closed;

    private DirectoryBlobReader(Path path, BasicFileAttributes attributes) {
        this.path = path;
        this.size = attributes.size();
        this.identity = attributes.fileKey();
    }

    static DirectoryBlobReader open(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new NoSuchFileException(path.toString());
        }
        DirectoryBlobReader reader = new DirectoryBlobReader(path, attributes);
        // opens a handle immediately, so that the blob stays readable after it is deleted
        reader.giveBack(reader.newHandle());
        return reader;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void readFully(long position, byte[] into, int offset, int length) throws IOException {
        requireRange(position, length);
        RandomAccessFile handle = idle.poll();
        if (handle == null) {
            handle = newHandle();
        }
        try {
            handle.seek(position);
            handle.readFully(into, offset, length);
        } finally {
            giveBack(handle);
        }
    }

    @Override
    public InputStream stream(long position, long length) throws IOException {
        requireRange(position, length);
        return new BlobStream(this, position, length);
    }

    private void requireRange(long position, long length) throws IOException {
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException("invalid range: " + length + " bytes from " + position);
        }
        if (length > size - position) {
            throw new EOFException(path + " has only " + size + " bytes, not " + length + " from " + position);
        }
    }

    private RandomAccessFile newHandle() throws IOException {
        if (closed) {
            throw new IOException("the reader of " + path + " is closed");
        }
        try {
            RandomAccessFile handle = new RandomAccessFile(path.toFile(), "r");
            if (sameFile()) {
                return handle;
            }
            handle.close();
        } catch (FileNotFoundException e) {
            if (Files.exists(path)) {
                throw e;
            }
        }
        throw new NoSuchFileException(path.toString(), null, "the file was replaced or deleted after it was opened");
    }

    private boolean sameFile() throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        return now.size() == size && Objects.equals(now.fileKey(), identity);
    }

    private void giveBack(RandomAccessFile handle) throws IOException {
        if (!idle.offer(handle)) {
            handle.close();
        }
        // a concurrent close() may have missed this handle
        if (closed) {
            closeIdle();
        }
    }

    private void closeIdle() throws IOException {
        for (RandomAccessFile handle = idle.poll(); handle != null; handle = idle.poll()) {
            handle.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        closeIdle();
    }
}
