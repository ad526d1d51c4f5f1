package io.backfill.answers.spool;

import io.backfill.files.directory.Reserve;
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
 * The spool files of this process: answers that are larger than what a call may hold in memory. The folder belongs to this process
 * alone; nothing in it has to survive a crash.
 *
 * <p>All files together hold at most the limit and one answer more: where there is no room, an answer waits, but for the oldest one
 * that still grows. So one always comes to its end and makes room, however many large answers are open.
 */
public final class SpoolFolder {
    private static final long BYTES_PER_LOOK = 1 << 20;
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(200).toNanos();

    private final Path folder;
    private final Reserve reserve;
    private final long limit;
    private final SpoolPace pace;
    private final AtomicLong lastName = new AtomicLong();

    /** Guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    /** Files that are being written, the oldest first. */
    private final Set<SpoolFile> growing = new LinkedHashSet<>();

    private long bytes;
    /** Begins as if it were time to look at the disk. */
    private long sinceLook = BYTES_PER_LOOK;

    private int files;
    private long spooled;

    private SpoolFolder(Path folder, Reserve reserve, long limit, SpoolPace pace) {
        this.folder = folder;
        this.reserve = reserve;
        this.limit = limit;
        this.pace = pace;
    }

    /**
     * The spools in {@code folder}, which is created and emptied: an earlier process may have died.
     *
     * @param reserve bytes of the disk that stay free
     * @param limit bytes of all spools together
     * @param pace at which they grow
     * @throws IOException when the folder cannot be used
     */
    public static SpoolFolder open(Path folder, Reserve reserve, long limit, SpoolPace pace) throws IOException {
        if (limit < 1) {
            throw new IllegalArgumentException("backfill.dispatch.spool-bytes must be positive, not " + limit);
        }
        Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SpoolFile.SUFFIX)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        return new SpoolFolder(folder, reserve, limit, pace);
    }

    /** An empty spool. Close it, or hand it on. */
    public SpoolFile create() throws IOException {
        SpoolFile file = SpoolFile.create(this, folder.resolve(lastName.incrementAndGet() + SpoolFile.SUFFIX));
        lock.lock();
        try {
            growing.add(file);
            files++;
            spooled++;
        } finally {
            lock.unlock();
        }
        return file;
    }

    /** Waits until {@code bytes} more may be taken. */
    void awaitTurn(int bytes, BooleanSupplier over) throws IOException {
        pace.await(bytes, over);
    }

    /**
     * Waits until {@code file} may grow by {@code more} bytes.
     *
     * @param over whether the call has ended, and with it the wait
     * @throws IOException when it has
     */
    void awaitRoom(SpoolFile file, long more, BooleanSupplier over) throws IOException {
        lock.lock();
        try {
            while (!hasRoom(file, more)) {
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
        if (within && sinceLook >= BYTES_PER_LOOK && reserve.hasRoom()) {
            sinceLook = 0;
        }
        return within && sinceLook < BYTES_PER_LOOK;
    }

    /** Waits a little, for room that another file or another program gives back. The caller holds the lock. */
    private void pause(BooleanSupplier over) throws IOException {
        if (over.getAsBoolean()) {
            throw new IOException("the call ended while its answer waited for room in " + folder);
        }
        try {
            changed.awaitNanos(LOOK_AGAIN_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Waits after a write that failed, so that it can be repeated: a disk may be full for a while. */
    void awaitDisk(BooleanSupplier over) throws IOException {
        lock.lock();
        try {
            pause(over);
        } finally {
            lock.unlock();
        }
    }

    /** No more bytes come for {@code file}. */
    void complete(SpoolFile file) {
        lock.lock();
        try {
            growing.remove(file);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@code file}, of {@code size} bytes, is gone. */
    void removed(SpoolFile file, long size) {
        lock.lock();
        try {
            growing.remove(file);
            bytes -= size;
            files--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes in spools now. */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Spools that are open now. */
    public int files() {
        lock.lock();
        try {
            return files;
        } finally {
            lock.unlock();
        }
    }

    /** Answers that were spooled since the start. */
    public long spooled() {
        lock.lock();
        try {
            return spooled;
        } finally {
            lock.unlock();
        }
    }
}
