package io.backfill.files;

import io.backfill.tenants.TenantId;
import java.time.Instant;

/**
 * SPI that adds files and uploads within a tenant's limits. Transactions, blocking and failures are as for {@link FileCatalog}.
 * Checking and adding are one atomic step across all nodes: concurrent additions never exceed a limit together.
 */
public interface TenantStorage {
    /** Returns the tenant's storage use at {@code now}. An upload that has expired by then reserves nothing. */
    TenantUse use(TenantId tenant, Instant now);

    /** Adds the file as {@link FileCatalog#put} does if the tenant's limits allow it; otherwise adds nothing. */
    StorageVerdict add(StoredFile file, TenantLimits limits);

    /** Adds the upload as {@link UploadCatalog#insert} does if the tenant's limits allow it; otherwise adds nothing. */
    StorageVerdict open(Upload upload, TenantLimits limits);
}
