package io.backfill.files;

import java.time.Duration;

/**
 * Limits of files and uploads.
 *
 * @param maxUploadBytes {@code backfill.files.max-upload-bytes}: one file through {@code POST /v1/files}; default 512 MB
 * @param maxBatchFileBytes {@code backfill.files.max-batch-file-bytes}: one file of purpose {@code batch} through
 *     {@code POST /v1/files}; default 512 MB. The limit on a batch's input is separate and is enforced when the batch is validated
 * @param strictFilename {@code backfill.files.strict-filename}: reject a file of purpose {@code batch} whose name does not end in
 *     {@code .jsonl}, {@code .jsonl.gz} or {@code .jsonl.zst}; default false
 * @param batchExpiry {@code backfill.files.batch-expiry}: lifetime of a file of purpose {@code batch} if the client did not
 *     request one; default 30 days
 * @param tenant storage limits of one tenant
 * @param maxUploadTotalBytes {@code backfill.files.max-upload-total-bytes}: one file uploaded in parts; default 8 GB
 * @param maxPartBytes {@code backfill.files.max-part-bytes}: one part of an upload; default 64 MB
 * @param drainTime {@code backfill.files.drain-time}: how long the remainder of a rejected body is read and discarded, so that the
 *     client receives the response; default 30 s
 * @param drainBytes {@code backfill.files.drain-bytes}: how many bytes of such a remainder are read; default 1 GB
 * @param maxListLimit {@code backfill.files.max-list-limit}: maximum page size of a file list, and the page size if the client
 *     does not request one; default 10000
 */
public record FileConfig(
        long maxUploadBytes,
        long maxBatchFileBytes,
        boolean strictFilename,
        Duration batchExpiry,
        TenantLimits tenant,
        long maxUploadTotalBytes,
        long maxPartBytes,
        Duration drainTime,
        long drainBytes,
        int maxListLimit) {
    private static final long MB = 1024L * 1024;
    private static final long GB = 1024 * MB;

    public static final FileConfig DEFAULT = new FileConfig(
            512 * MB,
            512 * MB,
            false,
            Duration.ofDays(30),
            TenantLimits.DEFAULT,
            8 * GB,
            64 * MB,
            Duration.ofSeconds(30),
            GB,
            10_000);

    public FileConfig {
        positive("max-upload-bytes", maxUploadBytes);
        positive("max-batch-file-bytes", maxBatchFileBytes);
        positive("max-upload-total-bytes", maxUploadTotalBytes);
        positive("max-part-bytes", maxPartBytes);
        if (maxBatchFileBytes > maxUploadBytes) {
            throw new IllegalArgumentException("backfill.files.max-batch-file-bytes (" + maxBatchFileBytes
                    + ") must not exceed backfill.files.max-upload-bytes (" + maxUploadBytes + ")");
        }
        if (maxPartBytes > maxUploadTotalBytes) {
            throw new IllegalArgumentException("backfill.files.max-part-bytes (" + maxPartBytes
                    + ") must not exceed backfill.files.max-upload-total-bytes (" + maxUploadTotalBytes + ")");
        }
        if (batchExpiry.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException(
                    "backfill.files.batch-expiry must be at least an hour, not " + batchExpiry);
        }
        if (drainTime.isNegative() || drainTime.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("backfill.files.drain-time must be 0s to 10m, not " + drainTime);
        }
        if (drainBytes < 0) {
            throw new IllegalArgumentException("backfill.files.drain-bytes must not be negative, not " + drainBytes);
        }
        if (maxListLimit < 1 || maxListLimit > 10_000) {
            throw new IllegalArgumentException("backfill.files.max-list-limit must be 1 to 10000, not " + maxListLimit);
        }
    }

    /** Returns the maximum size of a file of this purpose that is uploaded in one request. */
    public long maxBytes(FilePurpose purpose) {
        return purpose == FilePurpose.BATCH ? maxBatchFileBytes : maxUploadBytes;
    }

    private static void positive(String key, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("backfill.files." + key + " must be positive, not " + bytes);
        }
    }
}
