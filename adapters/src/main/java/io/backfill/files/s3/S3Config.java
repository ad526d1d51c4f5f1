package io.backfill.files.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the bucket is, and how patient we are. Credentials are not here: the SDK finds them ({@code AWS_ACCESS_KEY_ID} and
 * {@code AWS_SECRET_ACCESS_KEY}, a profile, a web identity, the instance).
 *
 * @param endpoint of a server that is not Amazon's; empty: Amazon's for the region
 * @param prefix of all our keys in the bucket, without a slash at either end; may be empty
 * @param pathStyle {@code host/bucket/key} instead of {@code bucket.host/key}
 * @param encryption that the server is asked for
 * @param connectTimeout for one connection
 * @param readTimeout for the next bytes of an answer
 * @param attemptTimeout for one attempt, until the answer begins
 * @param callTimeout for a call with all its attempts, until the answer begins
 * @param attempts of a call that fails for a reason that may pass, 1 to 100
 * @param partBytes memory of one upload, and size of its parts
 */
public record S3Config(
        Optional<URI> endpoint,
        String bucket,
        String region,
        String prefix,
        boolean pathStyle,
        S3Encryption encryption,
        Duration connectTimeout,
        Duration readTimeout,
        Duration attemptTimeout,
        Duration callTimeout,
        int attempts,
        int partBytes) {
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(3);
    public static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(15);
    public static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(20);
    public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(45);

    /** Reading a log back is hundreds of calls: with a third of them failing, three attempts each hardly ever get to its end. */
    public static final int DEFAULT_ATTEMPTS = 8;

    public static final int DEFAULT_PART_BYTES = 8 << 20;

    /** S3 refuses smaller parts, but for the last one. */
    public static final int LEAST_PART_BYTES = 5 << 20;

    private static final int MOST_PART_BYTES = 1 << 30;
    private static final int MOST_ATTEMPTS = 100;

    public S3Config {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("backfill.s3.bucket must name a bucket");
        }
        if (region.isBlank()) {
            throw new IllegalArgumentException("backfill.s3.region must name a region; servers of your own take any");
        }
        if (!prefix.isEmpty() && !prefix.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) {
            throw new IllegalArgumentException(
                    "backfill.s3.prefix must be names of letters, digits, '.', '_', '-' with a"
                            + " slash between two of them, not " + prefix);
        }
        requirePositive("connect-timeout", connectTimeout);
        requirePositive("read-timeout", readTimeout);
        requirePositive("attempt-timeout", attemptTimeout);
        requirePositive("call-timeout", callTimeout);
        if (callTimeout.compareTo(attemptTimeout) < 0) {
            throw new IllegalArgumentException("backfill.s3.call-timeout (" + callTimeout
                    + ") must not be shorter than backfill.s3.attempt-timeout (" + attemptTimeout + ")");
        }
        if (attempts < 1 || attempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException(
                    "backfill.s3.attempts must be between 1 and " + MOST_ATTEMPTS + ", not " + attempts);
        }
        if (partBytes < LEAST_PART_BYTES || partBytes > MOST_PART_BYTES) {
            throw new IllegalArgumentException("backfill.s3.part-size must be between " + LEAST_PART_BYTES + " and "
                    + MOST_PART_BYTES + " bytes, not " + partBytes);
        }
    }

    /** With the default time-outs and part size, without prefix and encryption. */
    public static S3Config of(Optional<URI> endpoint, String bucket, String region) {
        return new S3Config(
                endpoint,
                bucket,
                region,
                "",
                endpoint.isPresent(),
                S3Encryption.NONE,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_READ_TIMEOUT,
                DEFAULT_ATTEMPT_TIMEOUT,
                DEFAULT_CALL_TIMEOUT,
                DEFAULT_ATTEMPTS,
                DEFAULT_PART_BYTES);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("backfill.s3." + name + " must be positive, not " + value);
        }
    }
}
