package io.backfill.files.s3;

import io.backfill.files.StorageFullException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** Translates exceptions of the SDK into those of the store. The messages name the operation, the key and a possible remedy. */
final class S3FailureTranslator {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;
    private static final int INSUFFICIENT_STORAGE = 507;

    /** The error codes with which Amazon, MinIO, Ceph and similar servers report that there is no room. */
    private static final Set<String> FULL = Set.of(
            "QuotaExceeded",
            "InsufficientCapacity",
            "InsufficientStorage",
            "StorageFull",
            "XMinioStorageFull",
            "XMinioAdminBucketQuotaExceeded");

    private S3FailureTranslator() {}

    static IOException translate(String operation, String key, SdkException e) {
        String what = "S3 " + operation + " of " + key + " failed: ";
        if (e instanceof AwsServiceException answer) {
            return translate(what, key, code(answer), answer);
        }
        if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
            return new IOException(
                    what + "no answer in time. Check the server at backfill.s3.endpoint and the network to it", e);
        }
        return new IOException(what + reason(e) + ". Check backfill.s3.endpoint, the network and the credentials", e);
    }

    private static IOException translate(String what, String key, String code, AwsServiceException answer) {
        int status = answer.statusCode();
        if (status == INSUFFICIENT_STORAGE || FULL.contains(code)) {
            return new StorageFullException(
                    what + "no room left (" + status + " " + code + "). Raise the quota or delete objects", answer);
        }
        if (code.equals("NoSuchBucket")) {
            return new IOException(what + "the bucket does not exist. Create it or set backfill.s3.bucket", answer);
        }
        if (status == NOT_FOUND && !code.equals("NoSuchUpload")) {
            return named(new NoSuchFileException(key), answer);
        }
        if (status == PRECONDITION_FAILED) {
            return named(new NoSuchFileException(key, null, "the object was replaced after it was opened"), answer);
        }
        String hint = switch (status) {
            case 301, 307, 400 -> ". Check backfill.s3.region, backfill.s3.endpoint and backfill.s3.path-style";
            case 401, 403 -> ". Check the credentials, the bucket's policy and this machine's clock";
            default -> "";
        };
        return new IOException(what + status + " " + code + " " + reason(answer) + hint, answer);
    }

    private static IOException named(IOException named, Throwable cause) {
        named.initCause(cause);
        return named;
    }

    static String code(AwsServiceException answer) {
        return Optional.ofNullable(answer.awsErrorDetails())
                .map(AwsErrorDetails::errorCode)
                .orElse("");
    }

    private static String reason(SdkException e) {
        return Optional.ofNullable(e.getMessage()).orElse(e.toString());
    }
}
