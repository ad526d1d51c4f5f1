package io.backfill.catalog.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** How many bytes a tenant's files occupy in the store. */
@Entity
@Table(name = "tenant_storage")
class TenantStorageEntity {
    @Id
    private String tenant = "";

    private long bytes;

    protected TenantStorageEntity() {}

    TenantStorageEntity(String tenant, long bytes) {
        this.tenant = tenant;
        this.bytes = bytes;
    }

    long bytes() {
        return bytes;
    }
}
