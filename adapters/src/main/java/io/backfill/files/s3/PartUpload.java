package io.backfill.files.s3;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** An upload of one object in numbered parts. Many threads may add parts concurrently. */
final class PartUpload {
    private final S3Objects objects;
    private final S3Client client;
    private final String prefix;
    private final String key;
    private final String id;
    private final Map<Integer, CompletedPart> parts = new ConcurrentSkipListMap<>();

    PartUpload(S3Objects objects, S3Client client, String prefix, String key, String id) {
        this.objects = objects;
        this.client = client;
        this.prefix = prefix;
        this.key = key;
        this.id = id;
    }

    /** @param number from 1; the object consists of its parts in the order of their numbers */
    void put(int number, byte[] bytes, int length) throws IOException {
        add(number, objects.call("PUT of part " + number, key, () -> {
            UploadPartRequest.Builder request = UploadPartRequest.builder()
                    .bucket(objects.config().bucket())
                    .key(prefix + key)
                    .uploadId(id)
                    .partNumber(number)
                    .overrideConfiguration(override -> objects.timeOuts(length)
                            .ifPresent(more -> override.apiCallAttemptTimeout(more.attempt())
                                    .apiCallTimeout(more.call())));
            return client.uploadPart(request.build(), S3Objects.body(bytes, length))
                    .eTag();
        }));
    }

    /** Adds a part by copying bytes within the bucket; they do not pass through this process. */
    void copy(int number, String source, long position, long length) throws IOException {
        add(number, objects.call("copy of part " + number, key, () -> {
            UploadPartCopyRequest.Builder request = UploadPartCopyRequest.builder()
                    .sourceBucket(objects.config().bucket())
                    .sourceKey(prefix + source)
                    .copySourceRange("bytes=" + position + "-" + (position + length - 1))
                    .destinationBucket(objects.config().bucket())
                    .destinationKey(prefix + key)
                    .uploadId(id)
                    .partNumber(number)
                    .overrideConfiguration(override -> objects.timeOuts(length)
                            .ifPresent(more -> override.apiCallAttemptTimeout(more.attempt())
                                    .apiCallTimeout(more.call())));
            return client.uploadPartCopy(request.build()).copyPartResult().eTag();
        }));
    }

    private void add(int number, String etag) {
        parts.put(number, CompletedPart.builder().partNumber(number).eTag(etag).build());
    }

    /**
     * Completes the upload. The object exists when this method returns.
     *
     * @param size the size of the complete object
     */
    void complete(long size) throws IOException {
        try {
            objects.call(
                    "end of the upload",
                    key,
                    () -> client.completeMultipartUpload(CompleteMultipartUploadRequest.builder()
                            .bucket(objects.config().bucket())
                            .key(prefix + key)
                            .uploadId(id)
                            .multipartUpload(CompletedMultipartUpload.builder()
                                    .parts(parts.values())
                                    .build())
                            .build()));
        } catch (IOException e) {
            // an attempt whose answer was lost may have completed the upload; a retry then no longer finds it
            if (!(e.getCause() instanceof S3Exception gone && gone.statusCode() == 404 && isThere(size))) {
                throw e;
            }
        }
    }

    private boolean isThere(long size) throws IOException {
        Optional<S3Objects.Entry> found = objects.find(key);
        return found.isPresent()
                && found.get().size() == size
                && found.get().etag().replace("\"", "").endsWith("-" + parts.size());
    }

    /** Aborts the upload and removes its parts. Idempotent. */
    void abort() throws IOException {
        try {
            objects.call(
                    "abort of the upload",
                    key,
                    () -> client.abortMultipartUpload(AbortMultipartUploadRequest.builder()
                            .bucket(objects.config().bucket())
                            .key(prefix + key)
                            .uploadId(id)
                            .build()));
        } catch (IOException e) {
            if (!(e.getCause() instanceof S3Exception gone && gone.statusCode() == 404)) {
                throw e;
            }
        }
    }
}
