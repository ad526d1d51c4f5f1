package io.backfill.files.s3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A store with a prefix, threads and a cache of its own. */
public final class S3Store implements AutoCloseable {
    private final S3Config config;
    private final S3Objects objects;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final S3FileStore store;

    private S3Store(S3Config config, S3Objects objects, Path cache) throws IOException {
        this.config = config;
        this.objects = objects;
        this.store = new S3FileStore(objects, SpoolCache.open(cache, 0, 0, threads, System::nanoTime), threads);
    }

    public static S3Store of(Path cache) throws IOException {
        return of(cache, S3Server.shared().config());
    }

    public static S3Store of(Path cache, S3Config config) throws IOException {
        return new S3Store(config, S3Server.shared().objects(config), cache);
    }

    /** Returns a store with a stage between the SDK and the network. */
    public static S3Store of(Path cache, S3Config config, StagedHttp.Stage stage) throws IOException {
        return new S3Store(config, S3Server.shared().objects(config, stage), cache);
    }

    public S3Config config() {
        return config;
    }

    public S3Objects objects() {
        return objects;
    }

    public S3FileStore store() {
        return store;
    }

    public ExecutorService threads() {
        return threads;
    }

    /** Returns all keys with this prefix. */
    public List<String> keys(String start) throws IOException {
        return objects.list(start, Integer.MAX_VALUE).stream()
                .map(S3Objects.Entry::key)
                .toList();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        objects.close();
    }
}
