package io.backfill.files;

import java.time.Duration;

/**
 * Limits of files and uploads.
 *
 * @param maxUploadBytes {@code backfill.files.max-upload-bytes}: one file through {@code POST /v1/files}; default 512 MB
 * @param maxBatchFileBytes {@code backfill.files.max-batch-file-bytes}: one file of purpose {@code batch} through {@code POST
 *     /v1/files}; default 512 MB. What a batch can take is a limit of its own, kept when the batch is validated
 * @param strictFilename {@code backfill.files.strict-filename}: refuse a file of purpose {@code batch} whose name does not end
 *     in {@code .jsonl}; default false
 * @param batchExpiry {@code backfill.files.batch-expiry}: life of a file of purpose {@code batch} whose client asked for
 *     none; default 30 days
 * @param tenant what one tenant may keep
 * @param maxUploadTotalBytes {@code backfill.files.max-upload-total-bytes}: one file that arrives in parts; default 8 GB
 * @param maxPartBytes {@code backfill.files.max-part-bytes}: one such part; default 64 MB
 * @param drainTime {@code backfill.files.drain-time}: for how long the rest of a refused body is read and dropped, so that the
 *     client sees the answer; default 30 s
 * @param drainBytes {@code backfill.files.drain-bytes}: how much of it; default 1 GB
 * @param maxListLimit {@code backfill.files.max-list-limit}: files on one page, and how many a page has when the client does
 *     not say; default 10000
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

    /** The most a file of this purpose may have when it comes in one piece. */
    public long maxBytes(FilePurpose purpose) {
        return purpose == FilePurpose.BATCH ? maxBatchFileBytes : maxUploadBytes;
    }

    private static void positive(String key, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("backfill.files." + key + " must be positive, not " + bytes);
        }
    }
}
