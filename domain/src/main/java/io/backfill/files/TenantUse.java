package io.backfill.files;

/**
 * Storage use of a tenant.
 *
 * @param bytes size of its files, including deleted files until they are forgotten, plus its uploads: an open upload counts its
 *     declared size, a cancelled one the size of its parts until they are removed
 * @param files number of file records, including deleted files until they are forgotten
 * @param openUploads uploads that are neither completed, cancelled nor expired
 */
public record TenantUse(long bytes, long files, long openUploads) {}
