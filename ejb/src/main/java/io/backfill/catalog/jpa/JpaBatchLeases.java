package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.Handback;
import io.backfill.batches.Steering;
import io.backfill.batches.Supervision;
import io.backfill.ids.BatchId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Leases as columns of the batch's row. Only the database's clock is used, so the clocks of nodes need not agree. A claim is
 * a single statement that compares and sets; the rows of the batch in the queue are updated in the same transaction.
 */
public final class JpaBatchLeases implements BatchLeases {
    private static final String HELD = "lease_owner <> '' AND id = :id AND epoch = :epoch";
    private static final String RENEWED = "lease_until = CASE WHEN " + DatabaseClock.RUNNING + " THEN "
            + DatabaseClock.NOW_MILLIS + " + :length ELSE lease_until END";

    /** {@link io.backfill.batches.Supervision#left} */
    private static final String LEFT = "starts_without_end = CASE WHEN starts_without_end > " + Supervision.SUSPECT_FROM
            + " THEN starts_without_end - 1 ELSE 0 END";

    /** Number of leases renewed per transaction; far below the limit of parameters per statement. */
    private static final int AT_ONCE = 2000;

    private final Transactions transactions;

    public JpaBatchLeases(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Optional<Batch> claim(BatchId id, String owner, Duration length) {
        return transactions.call(manager -> claim(manager, id, owner, length, DatabaseClock.CLAIMABLE));
    }

    /**
     * Claims the batch and counts the start in the same statement, so that a node that dies right afterwards has died with
     * the batch open.
     */
    static Optional<Batch> claim(EntityManager manager, BatchId id, String owner, Duration length, String condition) {
        int claimed = manager.createNativeQuery(
                        "UPDATE {h-schema}batches SET epoch = epoch + 1, lease_owner = :owner, lease_until = "
                                + DatabaseClock.NOW_MILLIS + " + :length, starts_without_end = starts_without_end + 1"
                                + " WHERE id = :id AND " + condition)
                .setParameter("owner", owner)
                .setParameter("length", length.toMillis())
                .setParameter("id", id.value())
                .executeUpdate();
        if (claimed == 0) {
            QueueRows.refused(manager, id);
            return Optional.empty();
        }
        QueueRows.claimed(manager, id);
        return Optional.of(manager.find(BatchEntity.class, id.value()).toBatch());
    }

    @Override
    public boolean renew(BatchId id, long epoch, Duration length) {
        return transactions.call(manager -> held(manager, RENEWED, id, epoch)
                        .setParameter("length", length.toMillis())
                        .executeUpdate()
                == 1);
    }

    @Override
    public Optional<Duration> release(BatchId id, long epoch, Handback how) {
        return transactions.call(manager -> {
            int released = held(manager, "lease_owner = '', lease_until = 0, " + LEFT, id, epoch)
                    .executeUpdate();
            return released == 0 ? Optional.empty() : Optional.of(QueueRows.handBack(manager, id, how));
        });
    }

    @Override
    public Renewal renewAll(Map<BatchId, Long> epochs, Duration length) {
        Set<BatchId> renewed = new HashSet<>();
        Set<BatchId> lost = new HashSet<>();
        Set<BatchId> cancelling = new HashSet<>();
        Set<BatchId> paused = new HashSet<>();
        Map<BatchId, Steering> steering = new HashMap<>();
        List<BatchId> all = List.copyOf(epochs.keySet());
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            List<BatchId> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
            Renewal part = transactions.call(manager -> renew(manager, some, epochs, length));
            renewed.addAll(part.renewed());
            lost.addAll(part.lost());
            cancelling.addAll(part.cancelling());
            paused.addAll(part.paused());
            steering.putAll(part.steering());
        }
        return new Renewal(renewed, lost, cancelling, paused, steering);
    }

    private static Renewal renew(
            EntityManager manager, List<BatchId> some, Map<BatchId, Long> epochs, Duration length) {
        Set<BatchId> renewed = new HashSet<>();
        Set<BatchId> cancelling = new HashSet<>();
        Set<BatchId> paused = new HashSet<>();
        Map<BatchId, Steering> steering = new HashMap<>();
        for (Row row : rows(manager, some, " FOR UPDATE SKIP LOCKED")) {
            if (row.isHeldBy(epochs)) {
                renewed.add(row.id());
                steering.put(row.id(), row.steering());
                if (row.status().equals(BatchStatus.CANCELLING.name())) {
                    cancelling.add(row.id());
                }
                if (row.isHeldBack()) {
                    paused.add(row.id());
                }
            }
        }
        if (!renewed.isEmpty()) {
            manager.createNativeQuery("UPDATE {h-schema}batches SET " + RENEWED + " WHERE id IN (:ids)")
                    .setParameter("length", length.toMillis())
                    .setParameter("ids", renewed.stream().map(BatchId::value).toList())
                    .executeUpdate();
        }
        List<BatchId> rest = some.stream().filter(id -> !renewed.contains(id)).toList();
        Set<BatchId> lost = new HashSet<>(rest);
        if (!rest.isEmpty()) {
            // rows that are locked can still be read without a lock
            rows(manager, rest, "").stream()
                    .filter(row -> row.isHeldBy(epochs))
                    .map(Row::id)
                    .forEach(lost::remove);
        }
        return new Renewal(renewed, lost, cancelling, paused, steering);
    }

    private record Row(BatchId id, long epoch, String owner, String status, boolean paused, Steering steering) {
        /** {@link Batch#isHeldBack} */
        boolean isHeldBack() {
            return paused
                    && (status.equals(BatchStatus.VALIDATING.name()) || status.equals(BatchStatus.IN_PROGRESS.name()));
        }

        boolean isHeldBy(Map<BatchId, Long> epochs) {
            return !owner.isEmpty() && epochs.getOrDefault(id, -1L) == epoch;
        }
    }

    private static List<Row> rows(EntityManager manager, List<BatchId> ids, String lock) {
        List<?> rows = manager.createNativeQuery(
                        "SELECT id, epoch, lease_owner, status, paused_at, priority, max_in_flight, token_budget FROM {h-schema}batches WHERE id IN (:ids)"
                                + lock)
                .setParameter("ids", ids.stream().map(BatchId::value).toList())
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Row(
                        new BatchId((String) row[0]),
                        ((Number) row[1]).longValue(),
                        (String) row[2],
                        (String) row[3],
                        row[4] != null,
                        SteeringColumns.steering(row[5], row[6], row[7])))
                .toList();
    }

    private static Query held(EntityManager manager, String change, BatchId id, long epoch) {
        return manager.createNativeQuery("UPDATE {h-schema}batches SET " + change + " WHERE " + HELD)
                .setParameter("id", id.value())
                .setParameter("epoch", epoch);
    }

    @Override
    public List<Batch> claimable(int limit) {
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery(
                            "SELECT b.* FROM {h-schema}batches b WHERE " + DatabaseClock.CLAIMABLE
                                    + " ORDER BY deadline, id",
                            BatchEntity.class)
                    .setMaxResults(limit)
                    .getResultList();
            return rows.stream().map(row -> ((BatchEntity) row).toBatch()).toList();
        });
    }

    @Override
    public long claimableCount() {
        return transactions.call(manager -> ((Number) manager.createNativeQuery(
                                "SELECT COUNT(*) FROM {h-schema}batches WHERE " + DatabaseClock.CLAIMABLE)
                        .getSingleResult())
                .longValue());
    }

    @Override
    public Optional<Instant> earliestDeadline() {
        return transactions.call(manager -> Optional.ofNullable(manager.createQuery(
                                "select min(b.deadline) from BatchEntity b where b.state.status in :running",
                                Long.class)
                        .setParameter("running", RunningStatus.VALUES)
                        .getSingleResult())
                .map(InstantColumn::read));
    }

    @Override
    public int releaseAllOf(String prefix) {
        return transactions.call(manager -> {
            QueueRows.releasedAllOf(manager, prefix);
            return manager.createNativeQuery("UPDATE {h-schema}batches SET lease_owner = '', lease_until = 0"
                            + " WHERE lease_owner <> '' AND SUBSTRING(lease_owner FROM 1 FOR :length) = :prefix")
                    .setParameter("length", prefix.length())
                    .setParameter("prefix", prefix)
                    .executeUpdate();
        });
    }
}
