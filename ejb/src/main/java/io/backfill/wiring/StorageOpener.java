package io.backfill.wiring;

import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Encryption;
import io.backfill.files.s3.SpoolCache;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Opens the file store and the result logs of the profile. */
final class StorageOpener {
    private StorageOpener() {}

    static Storage open(Setup setup, Executor tasks, LongSupplier nanoTime) {
        return setup.profile() == Profile.CLUSTER ? s3(setup, tasks, nanoTime) : directory(setup, tasks);
    }

    private static Storage s3(Setup setup, Executor tasks, LongSupplier nanoTime) {
        Settings settings = setup.settings();
        S3Config config = s3(settings);
        Path folder = setup.folder().cache();
        try {
            SpoolCache cache = SpoolCache.open(
                    folder, spoolBytes(settings), settings.bytes(Setting.FILES_MIN_FREE_BYTES), tasks, nanoTime);
            return Storage.inBucket(config, cache, tasks);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be used: " + e.getMessage(), e);
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
        long bytes = settings.bytes(Setting.S3_SPOOL_BYTES);
        if (bytes < 0) {
            throw new IllegalArgumentException(Setting.S3_SPOOL_BYTES.key() + " must not be negative, but is " + bytes);
        }
        return bytes;
    }

    private static S3Config s3(Settings settings) {
        return S3Config.of(
                settings.optional(Setting.S3_ENDPOINT).map(StorageOpener::address),
                settings.text(Setting.S3_BUCKET),
                settings.text(Setting.S3_REGION),
                settings.text(Setting.S3_PREFIX),
                settings.optional(Setting.S3_PATH_STYLE).map(set -> settings.flag(Setting.S3_PATH_STYLE)),
                S3Encryption.named(settings.text(Setting.S3_ENCRYPTION), settings.optional(Setting.S3_KMS_KEY)),
                settings.integer(Setting.S3_ATTEMPTS));
    }

    private static Storage directory(Setup setup, Executor tasks) {
        Settings settings = setup.settings();
        Optional<Path> configured = settings.path(Setting.FILES_DIR);
        Path files = configured.orElse(setup.folder().store());
        FreeSpaceFloor floor = new FreeSpaceFloor(
                configured.orElse(setup.folder().root()), settings.bytes(Setting.FILES_MIN_FREE_BYTES));
        return Storage.inFolder(files, floor, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), tasks);
    }

    /** Removes unfinished writes of earlier processes from a directory. To be called only while no other process uses it. */
    static void removeLeftovers(Storage storage) {
        try {
            if (storage.store() instanceof DirectoryFileStore directory) {
                directory.removeLeftovers();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the " + storage.place() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
