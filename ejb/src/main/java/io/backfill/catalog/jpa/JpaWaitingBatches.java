package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.WaitingBatch;
import io.backfill.batches.WaitingBatches;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The queue as rows of {@code batch_models}. Models and tenants are found one after the other along its index, so that the
 * cost of a query does not depend on the number of waiting batches.
 */
public final class JpaWaitingBatches implements WaitingBatches {
    /** Names all columns of the index; H2 sorts otherwise. */
    private static final String ORDER = " ORDER BY waiting, model, tenant, retry_at, size_class, deadline, batch_id";

    private static final String NEXT_MODEL =
            "SELECT model FROM {h-schema}batch_models WHERE waiting = TRUE AND model >= :from AND model > :after"
                    + ORDER;
    private static final String NEXT_TENANT = "SELECT tenant FROM {h-schema}batch_models WHERE waiting = TRUE"
            + " AND model = :model AND tenant >= :from AND tenant > :after" + ORDER;
    private static final String OF_TENANT =
            "SELECT batch_id, deadline, lines_left, (SELECT COUNT(*) FROM {h-schema}batch_models m"
                    + " WHERE m.batch_id = q.batch_id), size_class FROM {h-schema}batch_models q WHERE waiting = TRUE"
                    + " AND model = :model AND tenant = :tenant AND retry_at <= " + DatabaseClock.NOW_MILLIS + ORDER;
    /** Condition on a row of {@code batches b}: the batch is not in a pause after a failure. */
    static final String NOT_PAUSED = " AND NOT EXISTS (SELECT 1 FROM {h-schema}batch_models m"
            + " WHERE m.batch_id = b.id AND m.retry_at > " + DatabaseClock.NOW_MILLIS + ")";

    /** One query per status: for several statuses at once H2 reads all batches without a lease holder. */
    private static final String ABANDONED = RunningStatus.VALUES.stream()
            .map(status -> "SELECT id, lease_until FROM {h-schema}batches WHERE status = '" + status.name()
                    + "' AND lease_until BETWEEN 1 AND " + DatabaseClock.NOW_MILLIS + " AND " + DatabaseClock.ORDINARY)
            .collect(Collectors.joining(" UNION ALL "));

    private final Transactions transactions;

    /** Suffix that turns a name into the smallest name after it. */
    private final String behind;

    public JpaWaitingBatches(Transactions transactions, PageWalk walk) {
        this.transactions = transactions;
        // H2 starts the scan at the name itself and would read all its rows; no stored name contains this character
        // (StorableText)
        this.behind = walk == PageWalk.EQUAL_PREFIX ? "\0" : "";
    }

    @Override
    public List<String> models(String after, int limit) {
        return transactions.call(manager -> walk(manager.createNativeQuery(NEXT_MODEL), StorableText.of(after), limit));
    }

    @Override
    public List<WaitingBatch> next(String model, Optional<TenantId> after, int tenants, int each) {
        return transactions.call(manager -> {
            List<WaitingBatch> next = new ArrayList<>();
            String stored = StorableText.of(model);
            for (String tenant : tenants(manager, stored, after, tenants)) {
                List<?> rows = manager.createNativeQuery(OF_TENANT)
                        .setParameter("model", stored)
                        .setParameter("tenant", tenant)
                        .setMaxResults(each)
                        .getResultList();
                rows.forEach(row -> next.add(waiting((Object[]) row, tenant, model)));
            }
            return next;
        });
    }

    /** Returns tenants with batches that wait for a model, or that wait to be planned if the model's name is empty. */
    private List<String> tenants(EntityManager manager, String model, Optional<TenantId> after, int limit) {
        Query query = manager.createNativeQuery(NEXT_TENANT).setParameter("model", model);
        return walk(query, after.map(TenantId::value).orElse(""), limit);
    }

    private List<String> walk(Query next, String after, int limit) {
        List<String> names = new ArrayList<>();
        String last = after;
        while (names.size() < limit) {
            List<?> found = next.setParameter("from", last + behind)
                    .setParameter("after", last)
                    .setMaxResults(1)
                    .getResultList();
            if (found.isEmpty()) {
                break;
            }
            last = (String) found.getFirst();
            names.add(last);
        }
        return names;
    }

    static WaitingBatch waiting(Object[] row, String tenant, String model) {
        return new WaitingBatch(
                new BatchId((String) row[0]),
                new TenantId(tenant),
                Instant.ofEpochMilli(((Number) row[1]).longValue()),
                model,
                ((Number) row[2]).intValue(),
                ((Number) row[3]).intValue(),
                QueueRows.priority(((Number) row[4]).intValue()));
    }

    @Override
    public List<BatchId> abandoned(int limit) {
        return transactions.call(manager -> ids(
                manager.createNativeQuery("SELECT id FROM (" + ABANDONED + ") abandoned ORDER BY lease_until, id"),
                limit));
    }

    @Override
    public List<BatchId> settleable(Instant now, int limit) {
        return transactions.call(manager -> {
            List<BatchId> all = new ArrayList<>(ids(
                    manager.createNativeQuery("SELECT id FROM {h-schema}batches b WHERE lease_until = 0"
                            + " AND status IN ('FINALIZING', 'CANCELLING') AND total > 0" + NOT_PAUSED),
                    limit));
            all.addAll(ids(
                    manager.createNativeQuery("SELECT id FROM {h-schema}batches b WHERE lease_until = 0"
                                    + " AND status = 'IN_PROGRESS' AND deadline <= :now" + NOT_PAUSED)
                            .setParameter("now", now.toEpochMilli()),
                    limit));
            return all.stream().limit(limit).toList();
        });
    }

    private static List<BatchId> ids(Query query, int limit) {
        List<?> ids = query.setMaxResults(limit).getResultList();
        return ids.stream().map(id -> new BatchId((String) id)).toList();
    }

    @Override
    public List<Batch> endable(Instant now, int limit) {
        return transactions.call(manager -> {
            List<Batch> all = new ArrayList<>(batches(
                    where(
                            manager,
                            "status = 'CANCELLING' AND total = 0 AND lease_until <= " + DatabaseClock.NOW_MILLIS),
                    limit));
            // the index on (status, lease_until, deadline) finds deadlines only with a condition on the lease
            for (String lease : List.of("BETWEEN 1 AND " + DatabaseClock.NOW_MILLIS, "= 0")) {
                all.addAll(batches(
                        where(manager, "status = 'VALIDATING' AND lease_until " + lease + " AND deadline <= :now")
                                .setParameter("now", now.toEpochMilli()),
                        limit));
            }
            return all.stream().limit(limit).toList();
        });
    }

    private static Query where(EntityManager manager, String condition) {
        return manager.createNativeQuery("SELECT b.* FROM {h-schema}batches b WHERE " + condition, BatchEntity.class);
    }

    private static List<Batch> batches(Query query, int limit) {
        List<?> rows = query.setMaxResults(limit).getResultList();
        return rows.stream().map(row -> ((BatchEntity) row).toBatch()).toList();
    }

    @Override
    public int repair() {
        return transactions.call(QueueRows::repair);
    }
}
