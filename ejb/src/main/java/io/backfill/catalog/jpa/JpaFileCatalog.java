package io.backfill.catalog.jpa;

import io.backfill.files.FileCatalog;
import io.backfill.files.FileQuery;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Records of files as rows. A page is read by one scan of an index of (tenant, id), whatever the number of files. */
public final class JpaFileCatalog implements FileCatalog {
    /** Cursors before the first id and, in {@code BEHIND_ALL}, after the last one: ids continue with hex digits. */
    private static final String BEFORE_ALL = FileId.PREFIX;

    private static final String BEHIND_ALL = FileId.PREFIX + "g";

    private static final String FORGETTABLE = " from FileEntity f where f.visibleUntil <= :now and not exists"
            + " (select b.id from BatchEntity b where b.spec.inputFileId = f.id and (b.state.status in :running"
            + " or b.counters.total > 0"
            + " and coalesce(b.state.completedAt, b.state.expiredAt, b.state.cancelledAt) > :rerunSince))"
            + " and not exists (select s.slot.fileId from SourceEntity s, BatchEntity b where s.slot.fileId = f.id"
            + " and b.id = s.slot.batchId and b.state.status in :running)";

    private final Transactions transactions;
    private final PageWalk walk;

    public JpaFileCatalog(Transactions transactions, PageWalk walk) {
        this.transactions = transactions;
        this.walk = walk;
    }

    @Override
    public void put(StoredFile file) {
        transactions.run(manager -> FileRecords.put(manager, file));
    }

    @Override
    public Optional<StoredFile> find(TenantId tenant, FileId id, Instant now) {
        return transactions.call(manager -> manager
                .createQuery(
                        "select f from FileEntity f where f.id = :id and f.tenant = :tenant and f.visibleUntil > :now",
                        FileEntity.class)
                .setParameter("id", id.value())
                .setParameter("tenant", tenant.value())
                .setParameter("now", now.toEpochMilli())
                .getResultList()
                .stream()
                .findFirst()
                .map(FileEntity::toFile));
    }

    @Override
    public List<StoredFile> list(TenantId tenant, FileQuery query, Instant now) {
        return transactions.call(manager -> {
            List<?> rows = page(manager, query)
                    .setParameter("tenant", tenant.value())
                    .setParameter("now", now.toEpochMilli())
                    .setMaxResults(query.limit())
                    .getResultList();
            return rows.stream().map(row -> ((FileEntity) row).toFile()).toList();
        });
    }

    private Query page(EntityManager manager, FileQuery query) {
        boolean newestFirst = query.newestFirst();
        String rows = query.purpose().isPresent()
                ? walk.of(newestFirst, "purpose", "tenant")
                : walk.of(newestFirst, "tenant");
        Query page = manager.createNativeQuery(
                        "SELECT f.* FROM {h-schema}files f WHERE visible_until > :now AND " + rows, FileEntity.class)
                .setParameter("after", query.after().map(FileId::value).orElse(newestFirst ? BEHIND_ALL : BEFORE_ALL));
        query.purpose().ifPresent(purpose -> page.setParameter("purpose", purpose.name()));
        return page;
    }

    @Override
    public boolean delete(TenantId tenant, FileId id, Instant now) {
        return transactions.call(manager -> manager.createQuery("update FileEntity f set f.visibleUntil = :deleted"
                                + " where f.id = :id and f.tenant = :tenant and f.visibleUntil > :now")
                        .setParameter("deleted", FileEntity.DELETED)
                        .setParameter("id", id.value())
                        .setParameter("tenant", tenant.value())
                        .setParameter("now", now.toEpochMilli())
                        .executeUpdate()
                == 1);
    }

    @Override
    public long bytesOf(TenantId tenant) {
        return transactions.call(manager -> Optional.ofNullable(manager.find(TenantStorageEntity.class, tenant.value()))
                .map(TenantStorageEntity::bytes)
                .orElse(0L));
    }

    @Override
    public List<StoredFile> forgettable(Instant now, Instant rerunSince, int limit) {
        return transactions.call(manager -> manager
                .createQuery("select f" + FORGETTABLE + " order by f.visibleUntil, f.id", FileEntity.class)
                .setParameter("now", now.toEpochMilli())
                .setParameter("running", RunningStatus.VALUES)
                .setParameter("rerunSince", rerunSince.toEpochMilli())
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(FileEntity::toFile)
                .toList());
    }

    @Override
    public long forgettableCount(Instant now, Instant rerunSince) {
        return transactions.call(manager -> manager.createQuery("select count(f.id)" + FORGETTABLE, Long.class)
                .setParameter("now", now.toEpochMilli())
                .setParameter("running", RunningStatus.VALUES)
                .setParameter("rerunSince", rerunSince.toEpochMilli())
                .getSingleResult());
    }

    @Override
    public void forget(FileId id) {
        transactions.run(manager -> FileRecords.remove(manager, id));
    }
}
