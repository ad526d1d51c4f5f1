package io.backfill.queue.sql;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.catalog.jpa.DatabaseClock;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import java.util.List;

/**
 * The order of waiting batches, read from their rows each time; so offering and removing are nothing to do. Tenants take turns,
 * each with its earliest deadline; a batch that a tenant has running counts as a turn taken, so a tenant with many batches does
 * not keep others waiting.
 */
public final class SqlBatchQueue implements BatchQueue {
    /** A row's turn is its place among its tenant's unfinished batches, the running ones first. */
    private static final String NEXT = "SELECT id FROM (SELECT id, deadline, lease_until,"
            + " ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY CASE WHEN lease_until > " + DatabaseClock.NOW_MILLIS
            + " THEN 0 ELSE 1 END, deadline, id) AS turn FROM {h-schema}batches WHERE " + DatabaseClock.RUNNING
            + " AND (lease_until > " + DatabaseClock.NOW_MILLIS + " OR " + DatabaseClock.ORDINARY
            + ")) waiting WHERE lease_until <= " + DatabaseClock.NOW_MILLIS + " ORDER BY turn, deadline, id";

    private final Transactions transactions;
    private final BatchLeases leases;

    public SqlBatchQueue(Transactions transactions, BatchLeases leases) {
        this.transactions = transactions;
        this.leases = leases;
    }

    @Override
    public void offer(Batch batch) {
        // its row says it already
    }

    @Override
    public List<BatchId> next(int limit) {
        try {
            return transactions.call(manager -> {
                List<?> ids =
                        manager.createNativeQuery(NEXT).setMaxResults(limit).getResultList();
                return ids.stream().map(id -> new BatchId((String) id)).toList();
            });
        } catch (BackfillException away) {
            return List.of();
        }
    }

    @Override
    public void remove(BatchId id) {
        // its lease or its status says it already
    }

    @Override
    public long size() {
        try {
            return leases.claimableCount();
        } catch (BackfillException away) {
            return 0;
        }
    }
}
