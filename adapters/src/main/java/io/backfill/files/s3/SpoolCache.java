package io.backfill.files.s3;

import io.backfill.files.BlobReader;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.Reserve;
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
 * Local copies of objects that are read at random places, which a request for each line would be too slow for. A copy is made in
 * the background at the first such read, shared by all readers of the object, and deleted with the last of them. Where there is
 * no room for one, or it cannot be made, reads go to S3 and it is tried again later. The folder belongs to this process alone.
 */
public final class SpoolCache {
    /** Nothing here has to survive a crash. */
    private static final FileForce NO_FORCE = new FileForce() {
        @Override
        public void file(FileDescriptor file) {}

        @Override
        public void folder(Path folder) {}
    };

    private static final String FOLDER = "spool";

    /** A copy of so few bytes is there sooner than the requests it spares. */
    private static final long WORTH_WAITING_BYTES = 16L << 20;

    /** After a copy that failed; doubles with each further failure. Without room it stays, because asking costs nothing. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    /** 10 s doubled so often are 5 min. */
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
     * A cache in {@code folder}, which is emptied first: an earlier process may have died.
     *
     * @param most bytes that all copies may have together; 0: as many as the disk has room for
     * @param reserve bytes of its disk that stay free
     * @param threads makes the copies
     * @param nanoTime a clock for time between two moments
     */
    public static SpoolCache open(Path folder, long most, long reserve, Executor threads, LongSupplier nanoTime)
            throws IOException {
        // a folder that is not there has no free space
        Files.createDirectories(folder);
        Reserve free = new Reserve(folder, reserve);
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

    /** One reader's share in a copy. */
    interface Copy extends AutoCloseable {
        /** The copy, if it is there; the first call has it made. */
        Optional<BlobReader> reader();

        /** The copy cannot be read any more. */
        void drop(BlobReader broken);

        @Override
        void close();
    }

    /** What becomes a copy. */
    private final class Spool {
        private final S3Objects objects;
        private final S3Objects.Entry entry;
        /** Counted under the lock of {@link #spools}' entry; read by anybody. */
        private volatile int shares;

        /** Guards what follows. */
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

        /** Under the lock. */
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
                // no room, or S3 is away: a read after the pause tries again, and all have their bytes from S3
                // meanwhile
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

        /** Whoever comes last, the copy or the end of its last share, takes the copy away. */
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

        /** Ends a copy that nobody waits for any more. */
        private final class WhileShared extends FilterInputStream {
            WhileShared(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (shares == 0) {
                    throw new InterruptedIOException("nobody reads " + entry.key() + " any more");
                }
                return super.read(into, offset, length);
            }
        }
    }
}
