package io.backfill.files;

/**
 * What a tenant keeps in the store.
 *
 * @param bytes of its files, deleted ones included until they are forgotten, and of its uploads: the declared ones of an open
 *     upload, those of its parts from a cancel until they are removed
 * @param files with a record, deleted ones included until they are forgotten
 * @param openUploads neither completed, cancelled nor expired
 */
public record TenantUse(long bytes, long files, long openUploads) {}
