package io.backfill.files;

/**
 * Storage limits of one tenant.
 *
 * @param quotaBytes {@code backfill.files.tenant-quota-bytes}: total size of a tenant's files, including result files, files
 *     awaiting removal and the declared size of open uploads; 0, the default: no limit
 * @param maxFiles {@code backfill.files.max-files-per-tenant}: number of files, counted like their bytes, beyond which a tenant
 *     cannot add another; 0: no limit; default 1,000,000. Result files are never rejected
 * @param maxOpenUploads {@code backfill.files.max-open-uploads}: uploads that a tenant may have open at once; default 1000
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

    /** Returns these limits with another quota. */
    public TenantLimits withQuotaBytes(long bytes) {
        return new TenantLimits(bytes, maxFiles, maxOpenUploads, maxParts);
    }

    /** Decides whether a tenant with this use may add a file of {@code bytes} bytes. */
    public StorageVerdict file(TenantUse use, long bytes) {
        if (maxFiles > 0 && use.files() >= maxFiles) {
            return StorageVerdict.TOO_MANY_FILES;
        }
        return room(use, bytes);
    }

    /** Decides whether a tenant with this use may open an upload of {@code bytes} bytes. */
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
        // subtract to avoid overflow: a declared size may be close to Long.MAX_VALUE
        return quotaBytes > 0 && bytes > quotaBytes - use.bytes() ? StorageVerdict.OVER_QUOTA : StorageVerdict.ADMITTED;
    }
}
