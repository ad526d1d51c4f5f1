package io.backfill.catalog.jpa;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.PartTotals;
import io.backfill.files.PartVerdict;
import io.backfill.files.Upload;
import io.backfill.files.UploadCatalog;
import io.backfill.files.UploadPart;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.EndedUploads;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Records of uploads and their parts as rows. Every change locks the upload's row first, which serializes the changes of one
 * upload.
 */
public final class JpaUploadCatalog implements UploadCatalog, EndedUploads {
    private final Transactions transactions;

    public JpaUploadCatalog(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void insert(Upload upload) {
        transactions.run(manager -> manager.persist(UploadEntity.of(upload)));
    }

    @Override
    public Optional<Upload> find(TenantId tenant, UploadId id) {
        return transactions.call(manager -> Optional.ofNullable(manager.find(UploadEntity.class, id.value()))
                .map(UploadEntity::toUpload)
                .filter(upload -> upload.tenant().equals(tenant)));
    }

    @Override
    public PartVerdict addPart(UploadPart part, int maxParts) {
        return transactions.call(manager -> locked(manager, part.upload())
                .map(upload -> {
                    PartVerdict verdict = upload.admit(part, maxParts);
                    if (verdict == PartVerdict.ADDED) {
                        manager.persist(UploadPartEntity.of(upload.tenant(), part));
                    }
                    return verdict;
                })
                .orElse(PartVerdict.NOT_PENDING));
    }

    @Override
    public PartTotals totals(UploadId upload) {
        return transactions.call(manager -> Optional.ofNullable(manager.find(UploadEntity.class, upload.value()))
                .map(UploadEntity::totals)
                .orElse(PartTotals.NONE));
    }

    @Override
    public List<UploadPart> parts(UploadId upload) {
        return transactions.call(manager -> manager
                .createQuery(
                        "select p from UploadPartEntity p where p.uploadId = :upload order by p.uploadId, p.id",
                        UploadPartEntity.class)
                .setParameter("upload", upload.value())
                .getResultList()
                .stream()
                .map(UploadPartEntity::toPart)
                .toList());
    }

    @Override
    public boolean complete(UploadId upload, FileId file) {
        return transactions.call(manager -> changePending(manager, upload, row -> row.complete(file)));
    }

    @Override
    public FileId reserveFile(UploadId upload, FileId proposed) {
        return transactions.call(manager -> locked(manager, upload)
                .orElseThrow(() -> new BackfillException(ErrorCode.NOT_FOUND, "No such Upload object: " + upload, "id"))
                .reserve(proposed));
    }

    @Override
    public boolean cancel(UploadId upload) {
        return transactions.call(manager -> changePending(manager, upload, UploadEntity::cancel));
    }

    @Override
    public int sweep(Instant now, int limit, Predicate<Upload> bytesRemoved) {
        int removed = 0;
        for (Upload upload : transactions.call(manager -> sweepable(manager, now, limit))) {
            if (bytesRemoved.test(upload)) {
                transactions.run(manager -> locked(manager, upload.id()).ifPresent(row -> forgetParts(manager, row)));
                removed++;
            }
        }
        transactions.run(manager -> forgetEnded(manager, now));
        return removed;
    }

    @Override
    public long sweepableCount(Instant now) {
        return transactions.call(manager ->
                sweepable(manager, "select count(u.id)", "", Long.class, now).getSingleResult());
    }

    private static List<Upload> sweepable(EntityManager manager, Instant now, int limit) {
        return sweepable(manager, "select u", " order by u.id", UploadEntity.class, now)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(UploadEntity::toUpload)
                .toList();
    }

    private static <T> TypedQuery<T> sweepable(
            EntityManager manager, String select, String order, Class<T> type, Instant now) {
        return manager.createQuery(
                        select + " from UploadEntity u where u.swept = false"
                                + " and (u.state <> :pending or u.createdAt <= :before)" + order,
                        type)
                .setParameter("pending", Upload.State.PENDING)
                .setParameter(
                        "before",
                        now.minus(Upload.LIFETIME).minus(Upload.LIFETIME).toEpochMilli());
    }

    @Override
    public void forgetParts(UploadId upload) {
        transactions.run(manager ->
                locked(manager, upload).filter(UploadEntity::ended).ifPresent(row -> forgetParts(manager, row)));
    }

    private static void forgetParts(EntityManager manager, UploadEntity upload) {
        upload.markSwept();
        manager.createQuery("delete from UploadPartEntity p where p.uploadId = :upload")
                .setParameter("upload", upload.id())
                .executeUpdate();
    }

    private static void forgetEnded(EntityManager manager, Instant now) {
        manager.createQuery("delete from UploadEntity u where u.swept = true and u.createdAt <= :before")
                .setParameter("before", now.minus(Upload.REMEMBERED).toEpochMilli())
                .executeUpdate();
    }

    private static boolean changePending(EntityManager manager, UploadId upload, Consumer<UploadEntity> change) {
        Optional<UploadEntity> pending = locked(manager, upload).filter(UploadEntity::pending);
        pending.ifPresent(change);
        return pending.isPresent();
    }

    private static Optional<UploadEntity> locked(EntityManager manager, UploadId upload) {
        return Optional.ofNullable(manager.find(UploadEntity.class, upload.value(), LockModeType.PESSIMISTIC_WRITE));
    }
}
