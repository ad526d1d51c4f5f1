package io.backfill.queue.redis;

import io.backfill.catalog.jpa.DatabaseClock;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;

/**
 * Reads four columns of the rows of batches that wait to be planned or inspected, one page per short transaction. A batch
 * that pauses counts as running, because it must not be claimed.
 */
public final class SqlUnfinishedBatches implements UnfinishedBatches {
    private static final String PAGE =
            "SELECT m.batch_id, m.tenant, m.deadline, CASE WHEN m.waiting = TRUE AND m.retry_at <= "
                    + DatabaseClock.NOW_MILLIS + " THEN 0 ELSE 1 END FROM {h-schema}batch_models m JOIN"
                    + " {h-schema}batches b ON b.id = m.batch_id WHERE m.model = '' AND b." + DatabaseClock.RUNNING
                    + " AND m.batch_id > :after ORDER BY m.batch_id";

    private final Transactions transactions;

    public SqlUnfinishedBatches(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<UnfinishedBatch> after(String id, int limit) {
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery(PAGE)
                    .setParameter("after", id)
                    .setMaxResults(limit)
                    .getResultList();
            return rows.stream().map(row -> batch((Object[]) row)).toList();
        });
    }

    private static UnfinishedBatch batch(Object[] row) {
        return new UnfinishedBatch(
                new BatchId((String) row[0]),
                new TenantId((String) row[1]),
                Instant.ofEpochMilli(((Number) row[2]).longValue()),
                ((Number) row[3]).intValue() == 1);
    }
}
