package io.backfill.files.s3;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.TooManyBytesException;
import io.backfill.retention.UnfinishedWrites;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link FileStore} in a bucket. Every key is one object, so the bucket can be read without Backfill. */
public final class S3FileStore implements FileStore, UnfinishedWrites {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int KEYS_AT_ONCE = 1000;
    private static final String PROBES = "probes";
    private static final Duration CHECK_PATIENCE = Duration.ofSeconds(5);

    private final S3Objects objects;
    private final SpoolCache cache;
    private final Executor threads;
    private final Joining joining;
    private final String process = UUID.randomUUID().toString();
    private final AtomicLong checks = new AtomicLong();

    /**
     * Creates a store of {@code objects}.
     *
     * @param cache local copies of objects that are read at random positions
     * @param threads starts a virtual thread per task
     */
    public S3FileStore(S3Objects objects, SpoolCache cache, Executor threads) {
        this.objects = objects;
        this.cache = cache;
        this.threads = threads;
        this.joining = new Joining(objects, threads);
    }

    @Override
    public long put(String key, InputStream bytes, long maxBytes) throws IOException {
        try (ObjectWriter object = new ObjectWriter(objects, key)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                if (read > maxBytes - object.size()) {
                    throw new TooManyBytesException(maxBytes);
                }
                object.write(buffer, 0, read);
            }
            return object.complete();
        }
    }

    @Override
    public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        return joining.join(target, pieces);
    }

    @Override
    public BlobReader open(String key) throws IOException {
        S3Objects.Entry entry = objects.find(key).orElseThrow(() -> new NoSuchFileException(key));
        return new S3BlobReader(objects, entry, cache.share(objects, entry));
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        return objects.find(key).stream().mapToLong(S3Objects.Entry::size).findFirst();
    }

    @Override
    public List<String> list(String folder, String after, int limit) throws IOException {
        return objects.list(folder + "/", after, limit).stream()
                .map(S3Objects.Entry::key)
                .toList();
    }

    @Override
    public void delete(String key) throws IOException {
        objects.delete(key);
    }

    @Override
    public void deleteFolder(String folder) throws IOException {
        List<String> keys = list(folder, KEYS_AT_ONCE);
        while (!keys.isEmpty()) {
            objects.delete(keys);
            keys = keys.size() < KEYS_AT_ONCE ? List.of() : list(folder, KEYS_AT_ONCE);
        }
    }

    /** Fails after five seconds without an answer. The probe object may then remain until the server answers. */
    @Override
    public void check() throws IOException {
        try {
            CompletableFuture.runAsync(this::probe, threads)
                    .orTimeout(CHECK_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (RejectedExecutionException e) {
            throw new IOException("the process is shutting down", e);
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException failed) {
                throw failed.getCause();
            }
            throw new IOException("S3 did not answer within " + CHECK_PATIENCE.toSeconds() + " s", e);
        }
    }

    private void probe() {
        String key = PROBES + "/" + process + "-" + checks.incrementAndGet();
        byte[] written = key.getBytes(StandardCharsets.US_ASCII);
        try {
            objects.put(key, written);
            try {
                if (!Arrays.equals(written, objects.get(key))) {
                    throw new IOException("S3 returned other bytes than were written");
                }
            } finally {
                objects.delete(key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Aborts uploads in parts; see {@link UnfinishedWrites}. */
    @Override
    public int sweep(Instant before, boolean dryRun) throws IOException {
        return objects.abortUploads(before, dryRun);
    }
}
