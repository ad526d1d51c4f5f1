package io.backfill.files;

/**
 * What one tenant may keep in the store.
 *
 * @param quotaBytes {@code backfill.files.tenant-quota-bytes}: what all files of one tenant may occupy together, result files,
 *     files that wait for their removal and the declared bytes of open uploads included; 0, the default: no limit
 * @param maxFiles {@code backfill.files.max-files-per-tenant}: files that a tenant may have when it adds one, counted like
 *     their bytes; 0: no limit; default 1,000,000. Result files are never refused
 * @param maxOpenUploads {@code backfill.files.max-open-uploads}: uploads in parts that a tenant may have open at once; default
 *     1000
 * @param maxParts {@code backfill.files.max-parts}: parts of one upload; default 10,000
 */
public record TenantLimits(long quotaBytes, long maxFiles, int maxOpenUploads, int maxParts) {
    public static final TenantLimits DEFAULT = new TenantLimits(0, 1_000_000, 1_000, 10_000);

    public TenantLimits {
        if (quotaBytes < 0) {
            throw new IllegalArgumentException(
                    "backfill.files.tenant-quota-bytes must be positive, or 0 for none, not " + quotaBytes);
        }
        if (maxFiles < 0) {
            throw new IllegalArgumentException(
                    "backfill.files.max-files-per-tenant must be positive, or 0 for no limit, not " + maxFiles);
        }
        if (maxOpenUploads < 1 || maxOpenUploads > 1_000_000) {
            throw new IllegalArgumentException(
                    "backfill.files.max-open-uploads must be 1 to 1000000, not " + maxOpenUploads);
        }
        if (maxParts < 1 || maxParts > 1_000_000) {
            throw new IllegalArgumentException("backfill.files.max-parts must be 1 to 1000000, not " + maxParts);
        }
    }

    /** The same limits with another quota. */
    public TenantLimits withQuotaBytes(long bytes) {
        return new TenantLimits(bytes, maxFiles, maxOpenUploads, maxParts);
    }

    /** Whether a tenant that keeps {@code use} may add a file of that many bytes. */
    public StorageVerdict file(TenantUse use, long bytes) {
        if (maxFiles > 0 && use.files() >= maxFiles) {
            return StorageVerdict.TOO_MANY_FILES;
        }
        return room(use, bytes);
    }

    /** Whether a tenant that keeps {@code use} may open an upload of that many bytes. */
    public StorageVerdict upload(TenantUse use, long bytes) {
        if (use.openUploads() >= maxOpenUploads) {
            return StorageVerdict.TOO_MANY_UPLOADS;
        }
        if (maxFiles > 0 && use.files() + use.openUploads() >= maxFiles) {
            return StorageVerdict.TOO_MANY_FILES;
        }
        return room(use, bytes);
    }

    private StorageVerdict room(TenantUse use, long bytes) {
        // subtracted, for a declared size may be close to the largest number
        return quotaBytes > 0 && bytes > quotaBytes - use.bytes() ? StorageVerdict.OVER_QUOTA : StorageVerdict.ADMITTED;
    }
}
