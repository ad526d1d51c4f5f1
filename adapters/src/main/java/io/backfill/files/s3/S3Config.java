package io.backfill.files.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The location of the bucket, and the time-outs and retries of its calls. Credentials are not part of it: the SDK finds them
 * ({@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}, a profile, a web identity, the instance).
 *
 * @param endpoint address of a server other than Amazon's, or empty for Amazon's server of the region
 * @param prefix common prefix of all keys in the bucket, without a slash at either end; may be empty
 * @param pathStyle true for {@code host/bucket/key}, false for {@code bucket.host/key}
 * @param encryption server-side encryption requested for new objects
 * @param connectTimeout time-out for opening a connection
 * @param readTimeout time-out for the next bytes of an answer
 * @param attemptTimeout time-out for one attempt, until the answer begins
 * @param callTimeout time-out for a call with all its attempts, until the answer begins
 * @param attempts number of attempts of a call that fails for a transient reason, 1 to 100
 * @param partBytes size of the parts of an upload, and the memory that one upload uses
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

    /** Recovering a log takes hundreds of calls. If a third of them fail, three attempts per call are rarely enough for all. */
    public static final int DEFAULT_ATTEMPTS = 8;

    public static final int DEFAULT_PART_BYTES = 8 << 20;

    /** S3 rejects smaller parts, except the last one. */
    public static final int LEAST_PART_BYTES = 5 << 20;

    private static final int MOST_PART_BYTES = 1 << 30;
    private static final int MOST_ATTEMPTS = 100;

    public S3Config {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("backfill.s3.bucket must name a bucket");
        }
        if (region.isBlank()) {
            throw new IllegalArgumentException("backfill.s3.region must not be empty; other servers accept any name");
        }
        if (!prefix.isEmpty() && !prefix.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) {
            throw new IllegalArgumentException(
                    "backfill.s3.prefix must consist of names of letters, digits, '.', '_' and '-',"
                            + " separated by slashes, not " + prefix);
        }
        requirePositive("connecting to S3", connectTimeout);
        requirePositive("reading from S3", readTimeout);
        requirePositive("an attempt at S3", attemptTimeout);
        requirePositive("a call to S3", callTimeout);
        if (callTimeout.compareTo(attemptTimeout) < 0) {
            throw new IllegalArgumentException("the time-out of a call to S3 (" + callTimeout
                    + ") must not be shorter than that of an attempt (" + attemptTimeout + ")");
        }
        if (attempts < 1 || attempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException(
                    "backfill.s3.attempts must be between 1 and " + MOST_ATTEMPTS + ", not " + attempts);
        }
        if (partBytes < LEAST_PART_BYTES || partBytes > MOST_PART_BYTES) {
            throw new IllegalArgumentException("a part of an upload to S3 must have between " + LEAST_PART_BYTES
                    + " and " + MOST_PART_BYTES + " bytes, not " + partBytes);
        }
    }

    /** Returns a configuration with default values, without prefix and encryption. */
    public static S3Config of(Optional<URI> endpoint, String bucket, String region) {
        return of(endpoint, bucket, region, "", Optional.empty(), S3Encryption.NONE, DEFAULT_ATTEMPTS);
    }

    /** Returns a configuration with the default time-outs and part size. */
    public static S3Config of(
            Optional<URI> endpoint,
            String bucket,
            String region,
            String prefix,
            Optional<Boolean> pathStyle,
            S3Encryption encryption,
            int attempts) {
        return new S3Config(
                endpoint,
                bucket,
                region,
                prefix,
                pathStyle.orElse(endpoint.isPresent()),
                encryption,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_READ_TIMEOUT,
                DEFAULT_ATTEMPT_TIMEOUT,
                DEFAULT_CALL_TIMEOUT,
                attempts,
                DEFAULT_PART_BYTES);
    }

    private static void requirePositive(String what, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the time-out of " + what + " must be positive, not " + timeout);
        }
    }
}
