package io.backfill.files.s3;

import java.io.IOException;
import java.time.Instant;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** The uploads in parts below a prefix of one bucket. */
final class PartUploads {
    private final S3Objects objects;
    private final S3Client client;
    private final String prefix;

    PartUploads(S3Objects objects, S3Client client, String prefix) {
        this.objects = objects;
        this.client = client;
        this.prefix = prefix;
    }

    /** Begins an upload in parts. The object does not exist until the upload is completed. */
    PartUpload begin(String key) throws IOException {
        String id = objects.call("begin of an upload", key, () -> {
            CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                    .bucket(objects.config().bucket())
                    .key(prefix + key)
                    .contentType(S3Objects.BYTES);
            objects.config()
                    .encryption()
                    .algorithm()
                    .ifPresent(algorithm -> request.serverSideEncryption(algorithm.header()));
            objects.config().encryption().keyId().ifPresent(request::ssekmsKeyId);
            return client.createMultipartUpload(request.build()).uploadId();
        });
        return new PartUpload(objects, client, prefix, key, id);
    }

    /**
     * Aborts the uploads below the prefix that were begun before {@code before}. They belong to processes that died, and their parts
     * occupy space until they are aborted. {@code before} must be early enough to spare uploads in progress.
     *
     * @param dryRun true to only count the uploads
     * @return the number of uploads found
     */
    int abort(Instant before, boolean dryRun) throws IOException {
        int aborted = 0;
        ListMultipartUploadsRequest.Builder request = ListMultipartUploadsRequest.builder()
                .bucket(objects.config().bucket())
                .prefix(prefix);
        while (true) {
            ListMultipartUploadsResponse page =
                    objects.call("LIST of uploads", prefix, () -> client.listMultipartUploads(request.build()));
            for (MultipartUpload upload : page.uploads()) {
                // not every server filters by prefix
                if (upload.key().startsWith(prefix) && upload.initiated().isBefore(before)) {
                    if (!dryRun) {
                        new PartUpload(
                                        objects,
                                        client,
                                        prefix,
                                        upload.key().substring(prefix.length()),
                                        upload.uploadId())
                                .abort();
                    }
                    aborted++;
                }
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return aborted;
            }
            request.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
        }
    }
}
