package io.backfill.memory;

import io.backfill.files.StorageVerdict;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantLimits;
import io.backfill.files.TenantStorage;
import io.backfill.files.TenantUse;
import io.backfill.files.Upload;
import io.backfill.tenants.TenantId;
import java.time.Instant;

/** Sums up storage use over the in-memory catalogs. Thread-safe. */
public final class MemoryTenantStorage implements TenantStorage {
    private final MemoryFileCatalog files;
    private final MemoryUploadCatalog uploads;

    public MemoryTenantStorage(MemoryFileCatalog files, MemoryUploadCatalog uploads) {
        this.files = files;
        this.uploads = uploads;
    }

    @Override
    public TenantUse use(TenantId tenant, Instant now) {
        return new TenantUse(
                files.bytesOf(tenant) + uploads.reserved(tenant, now),
                files.filesOf(tenant),
                uploads.open(tenant, now));
    }

    @Override
    public synchronized StorageVerdict add(StoredFile file, TenantLimits limits) {
        StorageVerdict verdict = limits.file(use(file.tenant(), file.createdAt()), file.bytes());
        if (verdict == StorageVerdict.ADMITTED) {
            files.put(file);
        }
        return verdict;
    }

    @Override
    public synchronized StorageVerdict open(Upload upload, TenantLimits limits) {
        StorageVerdict verdict = limits.upload(use(upload.tenant(), upload.createdAt()), upload.bytes());
        if (verdict == StorageVerdict.ADMITTED) {
            uploads.insert(upload);
        }
        return verdict;
    }
}
