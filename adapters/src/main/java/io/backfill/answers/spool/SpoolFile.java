package io.backfill.answers.spool;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.answers.Spool;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * One large answer on disk. Where the operating system allows an open file to be deleted, its name is removed at once, so a crash
 * leaves no file behind. Elsewhere {@link #close} or the next start removes it. An interrupt does not close the file. Used by one
 * thread at a time.
 */
public final class SpoolFile implements Spool {
    static final String SUFFIX = ".spool";

    private static final System.Logger LOG = System.getLogger("io.backfill.answers.spool");

    private final SpoolFolder folder;
    private final Path path;
    private final RandomAccessFile file;
    private long length;
    /** Bytes that the folder counts for this file; more than the length after a failed write. */
    private long counted;

    private boolean closed;
    private boolean broken;
    /** Whether a failed write was logged. */
    private boolean failed;

    private SpoolFile(SpoolFolder folder, Path path, RandomAccessFile file) {
        this.folder = folder;
        this.path = path;
        this.file = file;
    }

    static SpoolFile create(SpoolFolder folder, Path path) throws IOException {
        SpoolFile spool = new SpoolFile(folder, path, new RandomAccessFile(path.toFile(), "rw"));
        spool.deleteName();
        return spool;
    }

    private void deleteName() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // this system cannot delete an open file: close() or the next start deletes it
        }
    }

    /**
     * Appends bytes. Waits for the pace limit and until there is room, and retries a failed write.
     *
     * @param over returns true if the call has ended, which ends the wait
     * @throws IOException if the call ends while this method waits
     */
    public void write(byte[] bytes, int offset, int count, BooleanSupplier over) throws IOException {
        folder.awaitTurn(count, over);
        folder.awaitRoom(this, count, over);
        counted += count;
        boolean written = false;
        while (!written) {
            try {
                file.seek(length);
                file.write(bytes, offset, count);
                written = true;
            } catch (IOException e) {
                if (!failed) {
                    failed = true;
                    LOG.log(DEBUG, () -> "A write of %d bytes to %s is repeated: %s".formatted(count, path, e));
                }
                folder.awaitDisk(over);
            }
        }
        length += count;
    }

    /** Marks the file as complete; no more bytes are written. */
    public void complete() {
        folder.complete(this);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean isBroken() {
        return broken;
    }

    @Override
    public InputStream read(long position) throws IOException {
        if (closed) {
            throw new IOException("the spool file is closed");
        }
        return new Bytes(position);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            // the descriptor is released even so
        } finally {
            deleteName();
            folder.removed(this, counted);
        }
    }

    private final class Bytes extends InputStream {
        private long position;

        Bytes(long position) {
            this.position = position;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (position >= length) {
                return -1;
            }
            int read = -1;
            try {
                file.seek(position);
                read = file.read(into, offset, (int) Math.min(count, length - position));
            } finally {
                broken = read < 0;
            }
            if (read < 0) {
                throw new IOException("the spool file has been truncated");
            }
            position += read;
            return read;
        }
    }
}
