package io.backfill.catalog.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The number of a tenant's files and the bytes they occupy in the store. The row is the lock for all additions of the tenant. */
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
