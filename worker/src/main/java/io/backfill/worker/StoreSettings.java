package io.backfill.worker;

import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Encryption;
import io.backfill.files.s3.SpoolCache;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/** Location of the store: the gateway's own settings, under the names of their environment variables. */
sealed interface StoreSettings {
    /** A folder shared by gateway and pods. */
    record Folder(Path path, ForcePolicy force, long minFreeBytes) implements StoreSettings {
        @Override
        public Storage open(Path temporary, Executor threads, LongSupplier nanoTime) throws PodFailure {
            if (!Files.isDirectory(path)) {
                throw new PodFailure(
                        ExitCode.UNAVAILABLE,
                        "the folder " + path + " in " + FILES_DIR
                                + " does not exist: mount the volume of the gateway's store there");
            }
            return Storage.inFolder(path, new FreeSpaceFloor(path, minFreeBytes), force, threads);
        }
    }

    /** An S3 bucket. */
    record Bucket(S3Config config) implements StoreSettings {
        @Override
        public Storage open(Path temporary, Executor threads, LongSupplier nanoTime) throws PodFailure {
            try {
                SpoolCache none =
                        SpoolCache.open(temporary.resolve("cache"), 0, Long.MAX_VALUE, Bucket::refuse, nanoTime);
                return Storage.inBucket(config, none, threads);
            } catch (IOException e) {
                throw new PodFailure(
                        ExitCode.CONFIGURATION,
                        "cannot use the folder for temporary files; mount a writable volume at /tmp: " + e.getMessage(),
                        e);
            }
        }

        /**
         * Rejects copies of the input. A pod reads few of its lines, so a copy would cost more than the requests it saves, and
         * the pod's disk is small.
         */
        private static void refuse(Runnable copy) {
            throw new RejectedExecutionException("pods do not copy inputs");
        }
    }

    String FILES_DIR = "BACKFILL_FILES_DIR";
    String S3_BUCKET = "BACKFILL_S3_BUCKET";

    /** Reads the settings. Returns empty if they are invalid; the problem is then recorded in {@code variables}. */
    static Optional<StoreSettings> read(Variables variables) {
        Optional<String> folder = variables.text(FILES_DIR);
        Optional<String> bucket = variables.text(S3_BUCKET);
        if (folder.isPresent() == bucket.isPresent()) {
            variables.problem("set either " + FILES_DIR + " or " + S3_BUCKET + ", as in the gateway");
            return Optional.empty();
        }
        return variables.built(() -> folder.isPresent() ? folder(folder.get(), variables) : bucket(variables));
    }

    /**
     * Opens the store.
     *
     * @param temporary folder of this process
     * @param threads starts a virtual thread per task
     */
    Storage open(Path temporary, Executor threads, LongSupplier nanoTime) throws PodFailure;

    private static StoreSettings folder(String folder, Variables variables) {
        return new Folder(
                Path.of(folder),
                ForcePolicy.named(variables.text("BACKFILL_FILES_FORCE").orElse("second")),
                variables
                        .optional("BACKFILL_FILES_MIN_FREE_BYTES", "a number of bytes", Long::valueOf)
                        .orElse(64L << 20));
    }

    private static StoreSettings bucket(Variables variables) {
        return new Bucket(S3Config.of(
                variables.optional(
                        "BACKFILL_S3_ENDPOINT", "an address such as https://host:port", StoreSettings::address),
                variables.text(S3_BUCKET).orElse(""),
                variables.text("BACKFILL_S3_REGION").orElse("us-east-1"),
                variables.text("BACKFILL_S3_PREFIX").orElse(""),
                variables.optional("BACKFILL_S3_PATH_STYLE", "true or false", StoreSettings::flag),
                S3Encryption.named(
                        variables.text("BACKFILL_S3_ENCRYPTION").orElse("none"), variables.text("BACKFILL_S3_KMS_KEY")),
                variables
                        .optional("BACKFILL_S3_ATTEMPTS", "a whole number from 1 to 100", Variables.whole(1, 100))
                        .orElse(S3Config.DEFAULT_ATTEMPTS)));
    }

    private static URI address(String text) {
        URI address = URI.create(text);
        if (address.getScheme() == null || address.getHost() == null) {
            throw new IllegalArgumentException(text);
        }
        return address;
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }
}
