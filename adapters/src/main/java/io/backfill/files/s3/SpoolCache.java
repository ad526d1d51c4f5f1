package io.backfill.files.s3;

import io.backfill.files.BlobReader;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.FreeSpaceFloor;
import java.io.FileDescriptor;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Local copies of objects that are read at random positions, because one request per line would be too slow. The first such read
 * starts the copy in the background. All readers of the object share the copy, and it is deleted when the last of them is closed. If
 * there is no room or the copy fails, reads go to S3 and the copy is retried later. The folder belongs to this process alone.
 */
public final class SpoolCache {
    /** Copies need not survive a crash. */
    private static final FileForce NO_FORCE = new FileForce() {
        @Override
        public void file(FileDescriptor file) {}

        @Override
        public void folder(Path folder) {}
    };

    private static final String FOLDER = "spool";

    /** A read waits for a copy of at most this size, which takes less time than the requests it saves. */
    private static final long WORTH_WAITING_BYTES = 16L << 20;

    /** Pause after a failed copy; doubles with every further failure. Stays the same when there is no room: checking is cheap. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    /** Limits the pause to about 5 min: 10 s doubled five times. */
    private static final int MOST_DOUBLINGS = 5;

    private final DirectoryFileStore files;
    private final SpoolRoom room;
    private final Executor threads;
    private final LongSupplier nanoTime;
    private final AtomicLong lastName = new AtomicLong();
    private final Map<Wanted, Spool> spools = new ConcurrentHashMap<>();

    private SpoolCache(DirectoryFileStore files, SpoolRoom room, Executor threads, LongSupplier nanoTime) {
        this.files = files;
        this.room = room;
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens a cache in {@code folder}, and deletes what an earlier process left there.
     *
     * @param most limit in bytes for all copies together, or 0 to be limited only by the disk
     * @param reserve bytes of the disk that must stay free
     * @param threads runs the copies
     * @param nanoTime monotonic clock
     */
    public static SpoolCache open(Path folder, long most, long reserve, Executor threads, LongSupplier nanoTime)
            throws IOException {
        // a folder that does not exist has no usable space
        Files.createDirectories(folder);
        FreeSpaceFloor free = new FreeSpaceFloor(folder, reserve);
        DirectoryFileStore files = new DirectoryFileStore(folder, NO_FORCE, free);
        files.removeLeftovers();
        files.deleteFolder(FOLDER);
        return new SpoolCache(files, new SpoolRoom(most, free), threads, nanoTime);
    }

    private record Wanted(S3Objects objects, String key, String etag) {}

    /** A share in the copy of {@code entry}, which is not made yet. Close it. */
    Copy share(S3Objects objects, S3Objects.Entry entry) {
        Wanted wanted = new Wanted(objects, entry.key(), entry.etag());
        Spool shared = spools.compute(wanted, (same, spool) -> {
            Spool there = spool == null ? new Spool(objects, entry) : spool;
            there.shares++;
            return there;
        });
        AtomicBoolean open = new AtomicBoolean(true);
        return new Copy() {
            @Override
            public Optional<BlobReader> reader() {
                return shared.reader();
            }

            @Override
            public void drop(BlobReader broken) {
                shared.drop(broken);
            }

            @Override
            public void close() {
                if (open.getAndSet(false)) {
                    spools.computeIfPresent(wanted, (same, spool) -> --spool.shares == 0 ? null : spool);
                    shared.endWithoutShares();
                }
            }
        };
    }

    /** One reader's share of a copy. */
    interface Copy extends AutoCloseable {
        /** Returns the copy if it is complete. The first call starts it. */
        Optional<BlobReader> reader();

        /** Discards a copy that can no longer be read. */
        void drop(BlobReader broken);

        @Override
        void close();
    }

    /** The copy of one object, from its first reader to its last. */
    private final class Spool {
        private final S3Objects objects;
        private final S3Objects.Entry entry;
        /** Written under the lock of the entry in {@link #spools}; read without a lock. */
        private volatile int shares;

        /** Guards the fields below. */
        private final ReentrantLock lock = new ReentrantLock();

        private volatile Optional<Filled> filled = Optional.empty();
        private Optional<CompletableFuture<Void>> filling = Optional.empty();
        private Optional<Long> notBefore = Optional.empty();
        private int failures;

        private record Filled(String name, BlobReader reader) {}

        Spool(S3Objects objects, S3Objects.Entry entry) {
            this.objects = objects;
            this.entry = entry;
        }

        Optional<BlobReader> reader() {
            if (filled.isEmpty()) {
                Optional<CompletableFuture<Void>> running = begin();
                if (running.isPresent() && entry.size() <= WORTH_WAITING_BYTES) {
                    running.get().join();
                }
            }
            return filled.map(Filled::reader);
        }

        private Optional<CompletableFuture<Void>> begin() {
            lock.lock();
            try {
                boolean pausing = notBefore.isPresent() && nanoTime.getAsLong() - notBefore.get() < 0;
                if (filled.isEmpty() && filling.isEmpty() && !pausing) {
                    filling = beginNow();
                }
                return filling;
            } finally {
                lock.unlock();
            }
        }

        private Optional<CompletableFuture<Void>> beginNow() {
            if (!room.tryTake(entry.size())) {
                pause(1);
                return Optional.empty();
            }
            try {
                return Optional.of(CompletableFuture.runAsync(this::fill, threads));
            } catch (RejectedExecutionException e) {
                room.giveBack(entry.size());
                pause(1);
                return Optional.empty();
            }
        }

        /** The caller holds the lock. */
        private void pause(int attempts) {
            long pause = FIRST_PAUSE.toNanos() << Math.min(attempts - 1, MOST_DOUBLINGS);
            notBefore = Optional.of(nanoTime.getAsLong() + pause);
        }

        private void fill() {
            String name = FOLDER + "/" + lastName.incrementAndGet();
            Optional<Filled> made = Optional.empty();
            try (InputStream bytes = new WhileShared(new S3BlobStream(objects, entry, 0, entry.size()))) {
                files.put(name, bytes, entry.size());
                made = Optional.of(new Filled(name, files.open(name)));
            } catch (IOException e) {
                // no room or S3 unavailable: a read after the pause retries the copy, and until then reads go to
                // S3
            } finally {
                end(made);
            }
        }

        private void end(Optional<Filled> made) {
            lock.lock();
            try {
                filled = made;
                filling = Optional.empty();
                if (made.isEmpty()) {
                    room.giveBack(entry.size());
                    pause(++failures);
                }
            } finally {
                lock.unlock();
            }
            endWithoutShares();
        }

        void drop(BlobReader broken) {
            lock.lock();
            try {
                if (filled.isPresent() && filled.get().reader() == broken) {
                    pause(++failures);
                    delete();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Deletes the copy if no share is left. Called when the copy ends and when a share is closed, whichever is last. */
        void endWithoutShares() {
            lock.lock();
            try {
                if (shares == 0) {
                    delete();
                }
            } finally {
                lock.unlock();
            }
        }

        private void delete() {
            if (filled.isEmpty()) {
                return;
            }
            Filled gone = filled.get();
            filled = Optional.empty();
            room.giveBack(entry.size());
            try (BlobReader reader = gone.reader()) {
                files.delete(gone.name());
            } catch (IOException e) {
                // the next start of this process empties the folder
            }
        }

        /** Stops copying when no share is left. */
        private final class WhileShared extends FilterInputStream {
            WhileShared(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (shares == 0) {
                    throw new InterruptedIOException("the last reader of " + entry.key() + " is closed");
                }
                return super.read(into, offset, length);
            }
        }
    }
}
