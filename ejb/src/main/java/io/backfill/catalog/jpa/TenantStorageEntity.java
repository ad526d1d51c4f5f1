package io.backfill.catalog.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** How many files a tenant has and how many bytes they occupy in the store. Its row is the lock for all that the tenant adds. */
@Entity
@Table(name = "tenant_storage")
class TenantStorageEntity {
    @Id
    private String tenant = "";

    private long bytes;

    private long files;

    protected TenantStorageEntity() {}

    TenantStorageEntity(String tenant) {
        this.tenant = tenant;
    }

    long bytes() {
        return bytes;
    }

    long files() {
        return files;
    }
}
