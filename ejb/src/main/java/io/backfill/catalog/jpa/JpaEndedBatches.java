package io.backfill.catalog.jpa;

import io.backfill.batches.IdempotencyKey;
import io.backfill.ids.BatchId;
import io.backfill.retention.EndedBatches;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Rows of ended batches. No batch ends before it was created, so old ones are found by a scan in the order of ids. */
public final class JpaEndedBatches implements EndedBatches {
    private final Transactions transactions;

    public JpaEndedBatches(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<BatchId> endedBefore(Instant end, Optional<BatchId> after, int limit) {
        return transactions.call(manager -> manager
                .createQuery(
                        "select b.id from BatchEntity b where b.id > :after and b.id < :youngest"
                                + " and b.state.status not in :running and coalesce(b.state.completedAt,"
                                + " b.state.failedAt, b.state.expiredAt, b.state.cancelledAt) <= :end order by b.id",
                        String.class)
                .setParameter("after", after.map(BatchId::value).orElse(""))
                .setParameter("youngest", behindAllOf(end))
                .setParameter("running", RunningStatus.VALUES)
                .setParameter("end", end.toEpochMilli())
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(BatchId::new)
                .toList());
    }

    /** Returns a cursor after every id created in or before the second of {@code created}: ids begin with their second. */
    private static String behindAllOf(Instant created) {
        long second = Math.clamp(created.getEpochSecond() + 1, 0, 0xFFFFFFFFL);
        return BatchId.PREFIX + HexFormat.of().toHexDigits(second, 8);
    }

    @Override
    public int remove(Collection<BatchId> ids) {
        if (ids.isEmpty()) {
            return 0;
        }
        List<String> values = ids.stream().map(BatchId::value).toList();
        return transactions.call(manager -> {
            // a concurrent create with one of these keys has either locked the key and still finds its batch, or waits
            // and
            // then finds no key
            manager.createQuery("delete from IdempotencyEntity k where k.batchId in (select b.id from BatchEntity b"
                            + " where b.id in :ids and b.state.status not in :running)")
                    .setParameter("ids", values)
                    .setParameter("running", RunningStatus.VALUES)
                    .executeUpdate();
            manager.createQuery("delete from SourceEntity s where s.slot.batchId in (select b.id from BatchEntity b"
                            + " where b.id in :ids and b.state.status not in :running)")
                    .setParameter("ids", values)
                    .setParameter("running", RunningStatus.VALUES)
                    .executeUpdate();
            LabelRows.removeEnded(manager, values);
            return manager.createQuery(
                            "delete from BatchEntity b where b.id in :ids and b.state.status not in :running")
                    .setParameter("ids", values)
                    .setParameter("running", RunningStatus.VALUES)
                    .executeUpdate();
        });
    }

    @Override
    public int forgetKeys(Instant now, int limit) {
        return transactions.call(manager -> {
            List<IdempotencySlot> over = manager.createQuery(
                            "select k.slot from IdempotencyEntity k where k.createdAt <= :before order by k.createdAt",
                            IdempotencySlot.class)
                    .setParameter("before", now.minus(IdempotencyKey.REMEMBERED).toEpochMilli())
                    .setMaxResults(limit)
                    .getResultList();
            int forgotten = 0;
            for (IdempotencySlot slot : over) {
                // compare again: the key may have been assigned to a new request meanwhile
                forgotten += manager.createQuery("delete from IdempotencyEntity k where k.slot.tenant = :tenant"
                                + " and k.slot.key = :key and k.createdAt <= :before")
                        .setParameter("tenant", slot.tenant())
                        .setParameter("key", slot.key())
                        .setParameter(
                                "before", now.minus(IdempotencyKey.REMEMBERED).toEpochMilli())
                        .executeUpdate();
            }
            return forgotten;
        });
    }
}
