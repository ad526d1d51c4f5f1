package io.backfill.queue.redis;

import io.backfill.catalog.jpa.DatabaseClock;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;

/** Reads four columns of the rows of unfinished batches, a page per short transaction. */
public final class SqlOpenBatches implements OpenBatches {
    private static final String PAGE =
            "SELECT id, tenant, deadline, CASE WHEN lease_until > " + DatabaseClock.NOW_MILLIS
                    + " THEN 1 ELSE 0 END FROM {h-schema}batches WHERE " + DatabaseClock.RUNNING
                    + " AND (lease_until > " + DatabaseClock.NOW_MILLIS + " OR " + DatabaseClock.ORDINARY
                    + ") AND id > :after ORDER BY id";

    private final Transactions transactions;

    public SqlOpenBatches(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<OpenBatch> after(String id, int limit) {
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery(PAGE)
                    .setParameter("after", id)
                    .setMaxResults(limit)
                    .getResultList();
            return rows.stream().map(row -> batch((Object[]) row)).toList();
        });
    }

    private static OpenBatch batch(Object[] row) {
        return new OpenBatch(
                new BatchId((String) row[0]),
                new TenantId((String) row[1]),
                Instant.ofEpochMilli(((Number) row[2]).longValue()),
                ((Number) row[3]).intValue() == 1);
    }
}
