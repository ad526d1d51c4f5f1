package io.backfill.worker;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Connection;
import io.backfill.files.s3.S3FileStore;
import io.backfill.files.s3.S3Objects;
import io.backfill.files.s3.SpoolCache;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.s3.S3LogConfig;
import io.backfill.results.s3.S3ResultLogs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * The gateway's store as a pod uses it.
 *
 * @param place description of the store for messages
 */
record ShardStore(FileStore store, ResultLogs logs, String place) {
    /**
     * Opens the store. Nothing is read from a bucket yet.
     *
     * @param temporary folder of this process
     * @param threads starts a virtual thread per task
     */
    static ShardStore open(StoreSettings settings, Path temporary, Executor threads, LongSupplier nanoTime)
            throws PodFailure {
        return switch (settings) {
            case StoreSettings.Folder folder -> folder(folder, threads);
            case StoreSettings.Bucket bucket -> bucket(bucket.config(), temporary, threads, nanoTime);
        };
    }

    private static ShardStore folder(StoreSettings.Folder settings, Executor threads) throws PodFailure {
        Path path = settings.path();
        if (!Files.isDirectory(path)) {
            throw new PodFailure(
                    ExitCode.UNAVAILABLE,
                    "the folder " + path + " in " + StoreSettings.FILES_DIR
                            + " does not exist: mount the volume of the gateway's store there");
        }
        FreeSpaceFloor floor = new FreeSpaceFloor(path, settings.minFreeBytes());
        DirectoryFileStore store = new DirectoryFileStore(path, FileForce.DISK, floor);
        ResultLogs logs = new DirectoryResultLogs(path, floor, store, settings.force(), threads);
        return new ShardStore(store, logs, "directory " + path);
    }

    private static ShardStore bucket(S3Config config, Path temporary, Executor threads, LongSupplier nanoTime)
            throws PodFailure {
        try {
            SpoolCache none =
                    SpoolCache.open(temporary.resolve("cache"), 0, Long.MAX_VALUE, ShardStore::refuse, nanoTime);
            S3Objects objects = S3Connection.open(config);
            S3FileStore store = new S3FileStore(objects, none, threads);
            return new ShardStore(
                    store,
                    new S3ResultLogs(objects, store, S3LogConfig.DEFAULT, threads),
                    "S3 bucket " + config.bucket() + (config.prefix().isEmpty() ? "" : "/" + config.prefix()));
        } catch (IOException e) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION,
                    "cannot use the folder for temporary files; mount a writable volume at /tmp: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Rejects copies of the input. A pod reads few of its lines, so a copy would cost more than the requests it saves, and the
     * pod's disk is small.
     */
    private static void refuse(Runnable copy) {
        throw new RejectedExecutionException("pods do not copy inputs");
    }

    /** Returns the content of a small blob. */
    byte[] bytes(String key) throws IOException {
        try (BlobReader blob = store.open(key);
                InputStream in = blob.stream(0, blob.size())) {
            return in.readAllBytes();
        }
    }
}
