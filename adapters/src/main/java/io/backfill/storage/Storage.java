package io.backfill.storage;

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
import io.backfill.results.directory.ForcePolicy;
import io.backfill.results.s3.S3LogConfig;
import io.backfill.results.s3.S3ResultLogs;
import io.backfill.retention.UnfinishedWrites;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The file store and the result logs.
 *
 * @param failedDeletes number of objects that could not be deleted since the start
 * @param place description for people
 */
public record Storage(
        FileStore store, UnfinishedWrites unfinished, ResultLogs logs, LongSupplier failedDeletes, String place) {
    /** Returns a store in {@code folder}, which is created with the first blob. */
    public static Storage inFolder(Path folder, FreeSpaceFloor floor, ForcePolicy force, Executor threads) {
        DirectoryFileStore store = new DirectoryFileStore(folder, FileForce.DISK, floor);
        ResultLogs logs = new DirectoryResultLogs(folder, floor, store, force, threads);
        return new Storage(store, store, logs, () -> 0, "directory " + folder);
    }

    /** Returns a store in a bucket, from which nothing is read yet. */
    public static Storage inBucket(S3Config config, SpoolCache cache, Executor threads) {
        S3Objects objects = S3Connection.open(config);
        S3FileStore store = new S3FileStore(objects, cache, threads);
        return new Storage(
                store,
                store,
                new S3ResultLogs(objects, store, S3LogConfig.DEFAULT, threads),
                objects::failedDeletes,
                "S3 bucket " + config.bucket() + (config.prefix().isEmpty() ? "" : "/" + config.prefix()));
    }
}
