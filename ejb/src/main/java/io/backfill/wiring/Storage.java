package io.backfill.wiring;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Connection;
import io.backfill.files.s3.S3Encryption;
import io.backfill.files.s3.S3FileStore;
import io.backfill.files.s3.S3Objects;
import io.backfill.files.s3.SpoolCache;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.results.s3.S3LogConfig;
import io.backfill.results.s3.S3ResultLogs;
import io.backfill.retention.UnfinishedWrites;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The file store and the result logs.
 *
 * @param failedDeletes number of objects that could not be deleted since the start
 * @param place description for people
 */
record Storage(
        FileStore store, UnfinishedWrites unfinished, ResultLogs logs, LongSupplier failedDeletes, String place) {
    static Storage of(Profile profile, Settings settings, DataFolder folder, Executor tasks, LongSupplier nanoTime) {
        return profile == Profile.CLUSTER ? s3(settings, folder, tasks, nanoTime) : directory(settings, folder, tasks);
    }

    private static Storage s3(Settings settings, DataFolder folder, Executor tasks, LongSupplier nanoTime) {
        S3Config config = s3(settings);
        try {
            SpoolCache cache = SpoolCache.open(
                    folder.cache(),
                    spoolBytes(settings),
                    settings.number(Setting.FILES_MIN_FREE_BYTES),
                    tasks,
                    nanoTime);
            S3Objects objects = S3Connection.open(config);
            S3FileStore store = new S3FileStore(objects, cache, tasks);
            ResultLogs logs = new S3ResultLogs(objects, store, S3LogConfig.DEFAULT, tasks);
            return new Storage(
                    store,
                    store,
                    logs,
                    objects::failedDeletes,
                    "S3 bucket " + config.bucket() + (config.prefix().isEmpty() ? "" : "/" + config.prefix()));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.cache() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            // neither the text nor the cause, which quotes it, may be shown: the text may contain a password
            throw new IllegalArgumentException(Setting.S3_ENDPOINT.key() + " must look like https://host:port");
        }
    }

    private static long spoolBytes(Settings settings) {
        long bytes = settings.number(Setting.S3_SPOOL_BYTES);
        if (bytes < 0) {
            throw new IllegalArgumentException(Setting.S3_SPOOL_BYTES.key() + " must not be negative, but is " + bytes);
        }
        return bytes;
    }

    private static S3Config s3(Settings settings) {
        Optional<URI> endpoint = settings.optional(Setting.S3_ENDPOINT).map(Storage::address);
        S3Config byDefault = S3Config.of(endpoint, settings.text(Setting.S3_BUCKET), settings.text(Setting.S3_REGION));
        return new S3Config(
                endpoint,
                byDefault.bucket(),
                byDefault.region(),
                settings.text(Setting.S3_PREFIX),
                settings.optional(Setting.S3_PATH_STYLE).isPresent()
                        ? settings.flag(Setting.S3_PATH_STYLE)
                        : byDefault.pathStyle(),
                S3Encryption.named(settings.text(Setting.S3_ENCRYPTION), settings.optional(Setting.S3_KMS_KEY)),
                byDefault.connectTimeout(),
                byDefault.readTimeout(),
                byDefault.attemptTimeout(),
                byDefault.callTimeout(),
                settings.integer(Setting.S3_ATTEMPTS),
                byDefault.partBytes());
    }

    private static Storage directory(Settings settings, DataFolder folder, Executor tasks) {
        Path files = settings.path(Setting.FILES_DIR).orElse(folder.store());
        FreeSpaceFloor floor = new FreeSpaceFloor(
                settings.path(Setting.FILES_DIR).orElse(folder.root()), settings.number(Setting.FILES_MIN_FREE_BYTES));
        DirectoryFileStore store = new DirectoryFileStore(files, FileForce.DISK, floor);
        ResultLogs logs = new DirectoryResultLogs(
                files, floor, store, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), tasks);
        return new Storage(store, store, logs, () -> 0, "directory " + files);
    }

    /** Removes unfinished writes of earlier processes from a directory. To be called only while no other process uses it. */
    void removeLeftovers() {
        try {
            if (store instanceof DirectoryFileStore directory) {
                directory.removeLeftovers();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the " + place + " cannot be used: " + e.getMessage(), e);
        }
    }
}
