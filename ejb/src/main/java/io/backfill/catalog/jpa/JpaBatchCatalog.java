package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.BatchesOfEndpoint;
import io.backfill.batches.CreateRate;
import io.backfill.batches.Forecast;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Usage;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The catalog of batches as rows. Status changes compare version and epoch in the statement that updates the row ({@link
 * BatchStatements}).
 */
public final class JpaBatchCatalog implements BatchCatalog, BatchesOfEndpoint {
    /** A cursor after every id, because ids continue with hex digits. */
    private static final String BEHIND_ALL = BatchId.PREFIX + "g";

    private final Transactions transactions;
    private final PageWalk walk;
    private final OutboxRows outbox;
    private final BatchPages pages;

    /** A catalog whose events go to the endpoints of tenants only. */
    public JpaBatchCatalog(Transactions transactions, PageWalk walk) {
        this(transactions, walk, OutboxRows.OF_TENANTS);
    }

    public JpaBatchCatalog(Transactions transactions, PageWalk walk, OutboxRows outbox) {
        this.transactions = transactions;
        this.walk = walk;
        this.outbox = outbox;
        this.pages = new BatchPages(walk);
    }

    @Override
    public Batch create(Batch batch, Optional<IdempotencyKey> key, CreateRate rate) {
        return transactions.call(manager -> {
            if (key.isPresent()) {
                return insertOnce(manager, batch, key.get(), rate);
            }
            insert(manager, batch, rate);
            return batch;
        });
    }

    private static void insert(EntityManager manager, Batch batch, CreateRate rate) {
        if (rate.isLimited()) {
            TenantRates.takeCreate(manager, batch.tenant(), rate);
        }
        manager.persist(BatchEntity.of(batch));
        SourceEntity.insert(manager, batch);
        QueueRows.insert(manager, batch);
        LabelRows.insert(manager, batch);
    }

    private static Batch insertOnce(EntityManager manager, Batch batch, IdempotencyKey key, CreateRate rate) {
        IdempotencyEntity row =
                manager.find(IdempotencyEntity.class, IdempotencySlot.of(key), LockModeType.PESSIMISTIC_WRITE);
        if (row != null && row.rememberedAt(batch.identity().createdAt())) {
            return repeated(manager, row, key);
        }
        insert(manager, batch, rate);
        if (row == null) {
            // of two concurrent first creates, one fails with a duplicate key; its transaction runs again and finds the
            // other's batch
            manager.persist(IdempotencyEntity.of(key, batch));
        } else {
            row.use(key, batch);
        }
        return batch;
    }

    private static Batch repeated(EntityManager manager, IdempotencyEntity row, IdempotencyKey key) {
        if (!row.sameRequest(key)) {
            throw new BackfillException(ErrorCode.CONFLICT, IdempotencyKey.CONFLICT);
        }
        return find(manager, new BatchId(row.batchId()))
                .orElseThrow(() -> new IllegalStateException(
                        "batch " + row.batchId() + " was removed before its idempotency key"));
    }

    @Override
    public Optional<Batch> find(BatchId id) {
        return transactions.call(manager -> find(manager, id));
    }

    private static Optional<Batch> find(EntityManager manager, BatchId id) {
        return Optional.ofNullable(manager.find(BatchEntity.class, id.value())).map(BatchEntity::toBatch);
    }

    @Override
    public List<Batch> list(TenantId tenant, BatchQuery query) {
        return transactions.call(manager -> pages.read(manager, tenant, query));
    }

    @Override
    public List<Batch> olderThan(TenantId tenant, String endpoint, Optional<BatchId> cursor, int limit) {
        return page(tenant, endpoint, true, cursor.map(BatchId::value).orElse(BEHIND_ALL), limit);
    }

    @Override
    public List<Batch> newerThan(TenantId tenant, String endpoint, BatchId cursor, int limit) {
        return page(tenant, endpoint, false, cursor.value(), limit).reversed();
    }

    private List<Batch> page(TenantId tenant, String endpoint, boolean newestFirst, String after, int limit) {
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery(
                            "SELECT b.* FROM {h-schema}batches b WHERE " + walk.of(newestFirst, "endpoint", "tenant"),
                            BatchEntity.class)
                    .setParameter("tenant", tenant.value())
                    .setParameter("endpoint", endpoint)
                    .setParameter("after", after)
                    .setMaxResults(limit)
                    .getResultList();
            return rows.stream().map(row -> ((BatchEntity) row).toBatch()).toList();
        });
    }

    @Override
    public boolean replace(Batch before, Batch after, List<StoredFile> files) {
        return transactions.call(manager -> {
            boolean replaced = BatchStatements.replace(manager, before, after);
            if (replaced) {
                LabelRows.replace(manager, before, after);
            }
            if (replaced && after.status().terminal()) {
                QueueRows.remove(manager, after.id());
                outbox.ended(manager, after);
            }
            if (replaced) {
                files.forEach(file -> FileRecords.put(manager, file));
            }
            return replaced;
        });
    }

    @Override
    public boolean recordProgress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage) {
        return transactions.call(
                manager -> BatchStatements.raiseCounters(manager, id, epoch, CounterColumns.of(counts, usage))
                        || BatchStatements.hasEpoch(manager, id, epoch));
    }

    @Override
    public void recordProgress(List<Progress> all) {
        // always in the same order, to avoid a deadlock between two nodes
        List<Progress> ordered =
                all.stream().sorted(Comparator.comparing(Progress::id)).toList();
        transactions.run(manager -> ordered.forEach(progress -> BatchStatements.raiseCounters(
                manager, progress.id(), progress.epoch(), CounterColumns.of(progress.counts(), progress.usage()))));
    }

    @Override
    public boolean recordForecast(BatchId id, long epoch, Forecast forecast) {
        return transactions.call(manager -> {
            boolean recorded = BatchStatements.setForecast(manager, id, epoch, forecast);
            if (recorded && forecast.atRisk()) {
                outbox.atRisk(manager, id);
            }
            return recorded || BatchStatements.hasEpoch(manager, id, epoch);
        });
    }

    @Override
    public Map<BatchStatus, Long> countRunning() {
        return transactions.call(manager -> {
            Map<BatchStatus, Long> counts = new EnumMap<>(BatchStatus.class);
            manager.createQuery(
                            "select b.state.status, count(*) from BatchEntity b where b.state.status in :running"
                                    + " group by b.state.status",
                            Object[].class)
                    .setParameter("running", RunningStatus.VALUES)
                    .getResultList()
                    .forEach(row -> counts.put((BatchStatus) row[0], (Long) row[1]));
            return counts;
        });
    }
}
