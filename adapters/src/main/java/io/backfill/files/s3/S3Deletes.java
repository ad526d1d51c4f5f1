package io.backfill.files.s3;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * Deletes objects, a thousand per call if the server supports it, otherwise one by one. Callers may continue after a failed deletion,
 * so failures are counted here.
 */
final class S3Deletes {
    /** The most keys that S3 accepts in one call. */
    private static final int PAGE = 1000;

    /** The status codes of servers that do not support the call, or that require a checksum that is not sent. */
    private static final Set<Integer> NOT_KNOWN = Set.of(400, 405, 501);

    private final S3Objects objects;
    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final LongAdder failed = new LongAdder();

    S3Deletes(S3Objects objects, S3Client client, String bucket, String prefix) {
        this.objects = objects;
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** Returns the number of objects that could not be deleted since the start. */
    long failed() {
        return failed.sum();
    }

    /** Deletes one object. Idempotent. */
    void one(String key) throws IOException {
        try {
            objects.call(
                    "DELETE",
                    key,
                    () -> client.deleteObject(DeleteObjectRequest.builder()
                            .bucket(bucket)
                            .key(prefix + key)
                            .build()));
        } catch (IOException e) {
            failed.increment();
            throw e;
        }
    }

    /** Deletes all {@code keys}, or throws if any object remains. Idempotent. */
    void all(List<String> keys) throws IOException {
        for (int from = 0; from < keys.size(); from += PAGE) {
            List<String> page = keys.subList(from, Math.min(keys.size(), from + PAGE));
            if (!together(page)) {
                for (String key : page) {
                    one(key);
                }
            }
        }
    }

    /** Deletes {@code keys} in one call. Returns false, and deletes nothing, if the server does not support it. */
    private boolean together(List<String> keys) throws IOException {
        DeleteObjectsResponse answer;
        try {
            answer = objects.call(
                    "DELETE of " + keys.size() + " objects",
                    keys.getFirst(),
                    () -> client.deleteObjects(request(keys)));
        } catch (IOException e) {
            if (e.getCause() instanceof AwsServiceException refusal && NOT_KNOWN.contains(refusal.statusCode())) {
                return false;
            }
            failed.add(keys.size());
            throw e;
        }
        if (answer.hasErrors() && !answer.errors().isEmpty()) {
            failed.add(answer.errors().size());
            S3Error first = answer.errors().getFirst();
            throw new IOException("S3 DELETE of " + first.key() + " failed: " + first.code() + " " + first.message()
                    + ", and of " + (answer.errors().size() - 1) + " more");
        }
        return true;
    }

    private DeleteObjectsRequest request(List<String> keys) {
        List<ObjectIdentifier> identifiers = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(prefix + key).build())
                .toList();
        return DeleteObjectsRequest.builder()
                .bucket(bucket)
                .delete(Delete.builder().objects(identifiers).quiet(true).build())
                .build();
    }
}
