package io.backfill.files.s3;

import java.util.Optional;

/**
 * What the server is asked to encrypt new objects with.
 *
 * @param algorithm empty: whatever the bucket does by itself
 * @param keyId of the key service's key; empty: the account's own
 */
public record S3Encryption(Optional<Algorithm> algorithm, Optional<String> keyId) {
    /** As S3 names them. */
    public enum Algorithm {
        AES256("AES256"),
        KMS("aws:kms");

        private final String header;

        Algorithm(String header) {
            this.header = header;
        }

        String header() {
            return header;
        }
    }

    public static final S3Encryption NONE = new S3Encryption(Optional.empty(), Optional.empty());

    public S3Encryption {
        if (keyId.isPresent() && !algorithm.equals(Optional.of(Algorithm.KMS))) {
            throw new IllegalArgumentException("backfill.s3.kms-key is for backfill.s3.encryption=aws:kms only");
        }
    }

    /**
     * What the settings say.
     *
     * @param name {@code none}, {@code AES256} or {@code aws:kms}
     */
    public static S3Encryption named(String name, Optional<String> keyId) {
        Optional<Algorithm> algorithm = switch (name) {
            case "none" -> Optional.empty();
            case "AES256" -> Optional.of(Algorithm.AES256);
            case "aws:kms" -> Optional.of(Algorithm.KMS);
            default ->
                throw new IllegalArgumentException(
                        "backfill.s3.encryption must be none, AES256 or aws:kms, not " + name);
        };
        return new S3Encryption(algorithm, keyId);
    }
}
