package io.backfill.files.s3;

import java.util.Optional;

/**
 * The server-side encryption requested for new objects.
 *
 * @param algorithm the algorithm, or empty for the default of the bucket
 * @param keyId the id of a key in the key management service, or empty for the default key of the account
 */
public record S3Encryption(Optional<Algorithm> algorithm, Optional<String> keyId) {
    /** The algorithms that S3 defines. */
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
            throw new IllegalArgumentException("backfill.s3.kms-key requires backfill.s3.encryption=aws:kms");
        }
    }

    /**
     * Returns the encryption for the values of {@code backfill.s3.encryption} and {@code backfill.s3.kms-key}.
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
