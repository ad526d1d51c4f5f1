package io.backfill.answers.spool;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.files.directory.FreeSpaceFloor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The spool files of this process, which hold answers larger than a call may keep in memory. The folder belongs to this process
 * alone, and its content need not survive a crash.
 *
 * <p>All files together hold at most the limit plus one answer. When the limit is reached, every answer waits except the oldest one
 * that is still growing. One answer can therefore always complete and release its room, however many large answers are open.
 */
public final class SpoolFolder {
    private static final System.Logger LOG = System.getLogger("io.backfill.answers.spool");

    private static final long BYTES_PER_LOOK = 1 << 20;
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(200).toNanos();

    private final Path folder;
    private final FreeSpaceFloor floor;
    private final long limit;
    private final SpoolPace pace;
    private final AtomicLong lastName = new AtomicLong();

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    /** Files that are being written, oldest first. */
    private final Set<SpoolFile> growing = new LinkedHashSet<>();

    private long bytes;
    /** Bytes granted since the last check of the disk. Starts at the threshold, so that the first write checks the disk. */
    private long sinceLook = BYTES_PER_LOOK;

    private int files;
    private long spooled;
    /** Whether a file has waited for room since the last one was removed. Only for the log. */
    private boolean waited;

    private SpoolFolder(Path folder, FreeSpaceFloor floor, long limit, SpoolPace pace) {
        this.folder = folder;
        this.floor = floor;
        this.limit = limit;
        this.pace = pace;
    }

    /**
     * Opens {@code folder}. Creates it if necessary, and deletes spool files that an earlier process left behind.
     *
     * @param floor the part of the disk that must stay free
     * @param limit bytes of all spool files together
     * @param pace rate at which the files grow
     * @throws IOException if the folder cannot be used
     */
    public static SpoolFolder open(Path folder, FreeSpaceFloor floor, long limit, SpoolPace pace) throws IOException {
        if (limit < 1) {
            throw new IllegalArgumentException("backfill.dispatch.spool-bytes must be positive, not " + limit);
        }
        Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SpoolFile.SUFFIX)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        return new SpoolFolder(folder, floor, limit, pace);
    }

    /** Creates an empty spool file. The caller must close it or pass it on. */
    public SpoolFile create() throws IOException {
        SpoolFile file = SpoolFile.create(this, folder.resolve(lastName.incrementAndGet() + SpoolFile.SUFFIX));
        lock.lock();
        try {
            growing.add(file);
            files++;
            spooled++;
            LOG.log(DEBUG, () -> "A large answer is written to disk; files: %d, bytes: %d".formatted(files, bytes));
        } finally {
            lock.unlock();
        }
        return file;
    }

    /** Waits until the pace allows {@code bytes} more bytes. */
    void awaitTurn(int bytes, BooleanSupplier over) throws IOException {
        pace.await(bytes, over);
    }

    /**
     * Waits until {@code file} may grow by {@code more} bytes.
     *
     * @param over returns true if the call has ended, which ends the wait
     * @throws IOException if the call has ended
     */
    void awaitRoom(SpoolFile file, long more, BooleanSupplier over) throws IOException {
        lock.lock();
        try {
            while (!hasRoom(file, more)) {
                logWait();
                pause(over);
            }
            bytes += more;
            sinceLook += more;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(SpoolFile file, long more) {
        boolean within = bytes + more <= limit || growing.iterator().next() == file;
        if (within && sinceLook >= BYTES_PER_LOOK && floor.hasRoom()) {
            sinceLook = 0;
        }
        return within && sinceLook < BYTES_PER_LOOK;
    }

    private void logWait() {
        if (!waited) {
            waited = true;
            LOG.log(
                    DEBUG,
                    () -> "Large answers wait for room: %d files hold %d bytes, the limit is %d, and %d bytes stay free"
                            .formatted(files, bytes, limit, floor.bytes()));
        }
    }

    /** Waits briefly for room that another file or another program may release. The caller holds the lock. */
    private void pause(BooleanSupplier over) throws IOException {
        if (over.getAsBoolean()) {
            throw new IOException("the call ended while its answer was waiting for room in " + folder);
        }
        try {
            changed.awaitNanos(LOOK_AGAIN_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Waits before a failed write is retried, because a full disk may be temporary. */
    void awaitDisk(BooleanSupplier over) throws IOException {
        lock.lock();
        try {
            pause(over);
        } finally {
            lock.unlock();
        }
    }

    /** Marks {@code file} as complete; no more bytes are written to it. */
    void complete(SpoolFile file) {
        lock.lock();
        try {
            growing.remove(file);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Releases the {@code size} bytes of {@code file}, which has been closed. */
    void removed(SpoolFile file, long size) {
        lock.lock();
        try {
            growing.remove(file);
            bytes -= size;
            files--;
            waited = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the bytes that all open spool files hold. */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of open spool files. */
    public int files() {
        lock.lock();
        try {
            return files;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of answers spooled since the start. */
    public long spooled() {
        lock.lock();
        try {
            return spooled;
        } finally {
            lock.unlock();
        }
    }
}
