package io.backfill.files;

import io.backfill.tenants.TenantId;
import java.time.Instant;

/**
 * SPI: adds files and uploads within a tenant's limits. Transactions, blocking and failures as for {@link FileCatalog}. Checking
 * and adding are one step, on whatever node: additions at the same time never exceed a limit together.
 */
public interface TenantStorage {
    /** What the tenant keeps at {@code now}. An upload that has expired by then reserves nothing. */
    TenantUse use(TenantId tenant, Instant now);

    /** Adds the file as {@link FileCatalog#put} does, if its tenant's limits allow it. Nothing is added otherwise. */
    StorageVerdict add(StoredFile file, TenantLimits limits);

    /** Adds the upload as {@link UploadCatalog#insert} does, if its tenant's limits allow it. Nothing is added otherwise. */
    StorageVerdict open(Upload upload, TenantLimits limits);
}
