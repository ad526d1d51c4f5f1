package io.backfill.catalog.jpa;

import io.backfill.files.StorageVerdict;
import io.backfill.files.StoredFile;
import io.backfill.files.TenantLimits;
import io.backfill.files.TenantStorage;
import io.backfill.files.TenantUse;
import io.backfill.files.Upload;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Optional;

/** Storage used by tenants, as rows. Concurrent additions of one tenant are serialized by its row of {@code tenant_storage}. */
public final class JpaTenantStorage implements TenantStorage {
    private static final String RESERVED =
            "select coalesce(sum(case when u.state = :pending then u.bytes else u.partBytes end), 0),"
                    + " coalesce(sum(case when u.state = :pending then 1 else 0 end), 0)"
                    + " from UploadEntity u where u.tenant = :tenant and u.swept = false"
                    + " and (u.state = :cancelled or (u.state = :pending and u.createdAt > :expired))";

    private final Transactions transactions;

    public JpaTenantStorage(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public TenantUse use(TenantId tenant, Instant now) {
        return transactions.call(manager -> use(
                manager, Optional.ofNullable(manager.find(TenantStorageEntity.class, tenant.value())), tenant, now));
    }

    @Override
    public StorageVerdict add(StoredFile file, TenantLimits limits) {
        return transactions.call(manager -> {
            StorageVerdict verdict = limits.file(locked(manager, file.tenant(), file.createdAt()), file.bytes());
            if (verdict == StorageVerdict.ADMITTED) {
                FileRecords.put(manager, file);
            }
            return verdict;
        });
    }

    @Override
    public StorageVerdict open(Upload upload, TenantLimits limits) {
        return transactions.call(manager -> {
            StorageVerdict verdict =
                    limits.upload(locked(manager, upload.tenant(), upload.createdAt()), upload.bytes());
            if (verdict == StorageVerdict.ADMITTED) {
                manager.persist(UploadEntity.of(upload));
            }
            return verdict;
        });
    }

    /** Returns the tenant's use and locks it until the end of this transaction. */
    private static TenantUse locked(EntityManager manager, TenantId tenant, Instant now) {
        TenantStorageEntity row =
                manager.find(TenantStorageEntity.class, tenant.value(), LockModeType.PESSIMISTIC_WRITE);
        if (row == null) {
            // of two concurrent first additions, one fails with a duplicate key, and its transaction runs again
            row = new TenantStorageEntity(tenant.value());
            manager.persist(row);
            manager.flush();
        }
        return use(manager, Optional.of(row), tenant, now);
    }

    private static TenantUse use(
            EntityManager manager, Optional<TenantStorageEntity> row, TenantId tenant, Instant now) {
        Object[] uploads = manager.createQuery(RESERVED, Object[].class)
                .setParameter("tenant", tenant.value())
                .setParameter("pending", Upload.State.PENDING)
                .setParameter("cancelled", Upload.State.CANCELLED)
                .setParameter("expired", now.minus(Upload.LIFETIME).toEpochMilli())
                .getSingleResult();
        return new TenantUse(
                row.map(TenantStorageEntity::bytes).orElse(0L) + ((Number) uploads[0]).longValue(),
                row.map(TenantStorageEntity::files).orElse(0L),
                ((Number) uploads[1]).longValue());
    }
}
