package io.backfill.catalog.jpa;

import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Optional;

/**
 * Adds and removes file records inside a caller's transaction, and updates the storage used by their tenant. Lock order: the
 * file's row before the tenant's.
 */
final class FileRecords {
    private FileRecords() {}

    static void put(EntityManager manager, StoredFile file) {
        Optional<FileEntity> row = locked(manager, file.id());
        long before = row.map(FileEntity::bytes).orElse(0L);
        row.ifPresentOrElse(there -> there.replaceBy(file), () -> manager.persist(FileEntity.of(file)));
        occupy(manager, file.tenant().value(), file.bytes() - before, row.isPresent() ? 0 : 1);
    }

    static void remove(EntityManager manager, FileId id) {
        locked(manager, id).ifPresent(row -> {
            manager.remove(row);
            occupy(manager, row.tenant(), -row.bytes(), -1);
        });
    }

    private static Optional<FileEntity> locked(EntityManager manager, FileId id) {
        return Optional.ofNullable(manager.find(FileEntity.class, id.value(), LockModeType.PESSIMISTIC_WRITE));
    }

    private static void occupy(EntityManager manager, String tenant, long bytes, int files) {
        // write the file's row first, so that a concurrent writer of the same file waits there
        manager.flush();
        if (added(manager, tenant, bytes, files) == 0) {
            // of two concurrent first files of a tenant, one fails with a duplicate key, and its transaction runs again
            manager.persist(new TenantStorageEntity(tenant));
            manager.flush();
            added(manager, tenant, bytes, files);
        }
    }

    private static int added(EntityManager manager, String tenant, long bytes, int files) {
        return manager.createQuery("update TenantStorageEntity set bytes = bytes + :bytes, files = files + :files"
                        + " where tenant = :tenant")
                .setParameter("bytes", bytes)
                .setParameter("files", (long) files)
                .setParameter("tenant", tenant)
                .executeUpdate();
    }
}
