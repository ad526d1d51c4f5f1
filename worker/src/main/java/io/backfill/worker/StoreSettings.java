package io.backfill.worker;

import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Encryption;
import io.backfill.results.directory.ForcePolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Location of the store: the gateway's own settings, under the names of their environment variables. */
sealed interface StoreSettings {
    /** A folder shared by gateway and pods. */
    record Folder(Path path, ForcePolicy force, long minFreeBytes) implements StoreSettings {}

    /** An S3 bucket. */
    record Bucket(S3Config config) implements StoreSettings {}

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

    private static StoreSettings folder(String folder, Variables variables) {
        return new Folder(
                Path.of(folder),
                ForcePolicy.named(variables.text("BACKFILL_FILES_FORCE").orElse("second")),
                variables
                        .optional("BACKFILL_FILES_MIN_FREE_BYTES", "a number of bytes", Long::valueOf)
                        .orElse(64L << 20));
    }

    private static StoreSettings bucket(Variables variables) {
        Optional<URI> endpoint = variables.optional(
                "BACKFILL_S3_ENDPOINT", "an address such as https://host:port", StoreSettings::address);
        S3Config byDefault = S3Config.of(
                endpoint,
                variables.text(S3_BUCKET).orElse(""),
                variables.text("BACKFILL_S3_REGION").orElse("us-east-1"));
        return new Bucket(new S3Config(
                endpoint,
                byDefault.bucket(),
                byDefault.region(),
                variables.text("BACKFILL_S3_PREFIX").orElse(""),
                variables
                        .optional("BACKFILL_S3_PATH_STYLE", "true or false", StoreSettings::flag)
                        .orElse(byDefault.pathStyle()),
                S3Encryption.named(
                        variables.text("BACKFILL_S3_ENCRYPTION").orElse("none"), variables.text("BACKFILL_S3_KMS_KEY")),
                byDefault.connectTimeout(),
                byDefault.readTimeout(),
                byDefault.attemptTimeout(),
                byDefault.callTimeout(),
                variables
                        .optional("BACKFILL_S3_ATTEMPTS", "a whole number from 1 to 100", Variables.whole(1, 100))
                        .orElse(byDefault.attempts()),
                byDefault.partBytes()));
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
