package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSupervision;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Deaths of nodes and orders of operators as columns of the batch's row. Each change is a single statement that compares and
 * sets.
 */
public final class JpaBatchSupervision implements BatchSupervision {
    private final Transactions transactions;
    private final OutboxRows outbox;

    /** A supervision whose events go to the endpoints of tenants only. */
    public JpaBatchSupervision(Transactions transactions) {
        this(transactions, OutboxRows.OF_TENANTS);
    }

    public JpaBatchSupervision(Transactions transactions, OutboxRows outbox) {
        this.transactions = transactions;
        this.outbox = outbox;
    }

    @Override
    public List<BatchId> suspects(int limit) {
        return transactions.call(manager -> ids(
                manager,
                DatabaseClock.SUSPECT + JpaWaitingBatches.NOT_PAUSED + " ORDER BY starts_without_end, deadline, id",
                limit));
    }

    @Override
    public Optional<Batch> claimSuspect(BatchId id, String owner, Duration length) {
        return transactions.call(manager -> JpaBatchLeases.claim(manager, id, owner, length, DatabaseClock.SUSPECT));
    }

    @Override
    public void clear(BatchId id, long epoch) {
        transactions.run(
                manager -> update(manager, "starts_without_end = 1", "epoch = :epoch AND lease_owner <> ''", id)
                        .setParameter("epoch", epoch)
                        .executeUpdate());
    }

    @Override
    public void excuse(BatchId id, long epoch) {
        transactions.run(manager -> update(
                        manager,
                        "starts_without_end = starts_without_end - 1",
                        "epoch > :epoch AND starts_without_end > 0",
                        id)
                .setParameter("epoch", epoch)
                .executeUpdate());
    }

    @Override
    public List<Batch> setAside(int limit) {
        return transactions.call(manager -> {
            List<Batch> paused = ids(manager, DatabaseClock.TOO_DEADLY + " ORDER BY deadline, id", limit).stream()
                    .filter(id -> update(
                                            manager,
                                            "paused_at = " + DatabaseClock.NOW_MILLIS + ", paused_reason = '"
                                                    + BatchPause.Reason.CRASHED.name() + "'",
                                            DatabaseClock.TOO_DEADLY,
                                            id)
                                    .executeUpdate()
                            == 1)
                    .map(id -> manager.find(BatchEntity.class, id.value()).toBatch())
                    .toList();
            paused.forEach(batch -> outbox.paused(manager, batch));
            return paused;
        });
    }

    @Override
    public long pausedCount() {
        return transactions.call(
                manager -> ((Number) manager.createNativeQuery("SELECT COUNT(*) FROM {h-schema}batches WHERE "
                                        + DatabaseClock.RUNNING
                                        + " AND paused_at IS NOT NULL AND " + DatabaseClock.MANY_STARTS)
                                .getSingleResult())
                        .longValue());
    }

    @Override
    public boolean resume(BatchId id) {
        return transactions.call(manager -> {
            int resumed = update(
                            manager,
                            "paused_at = NULL, paused_reason = NULL, starts_without_end = CASE WHEN lease_until > "
                                    + DatabaseClock.NOW_MILLIS + " THEN 1 ELSE 0 END",
                            DatabaseClock.RUNNING,
                            id)
                    .executeUpdate();
            QueueRows.resumed(manager, id);
            return resumed == 1;
        });
    }

    @Override
    public boolean settle(BatchId id) {
        return transactions.call(manager -> {
            int asked = update(manager, "settle_asked = TRUE", DatabaseClock.RUNNING, id)
                    .executeUpdate();
            if (asked == 1) {
                QueueRows.lookedAtNext(manager, id);
            }
            return asked == 1;
        });
    }

    private static List<BatchId> ids(EntityManager manager, String condition, int limit) {
        List<?> ids = manager.createNativeQuery("SELECT id FROM {h-schema}batches b WHERE " + condition)
                .setMaxResults(limit)
                .getResultList();
        return ids.stream().map(id -> new BatchId((String) id)).toList();
    }

    private static Query update(EntityManager manager, String change, String condition, BatchId id) {
        return manager.createNativeQuery("UPDATE {h-schema}batches SET " + change + " WHERE id = :id AND " + condition)
                .setParameter("id", id.value());
    }
}
