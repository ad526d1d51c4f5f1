package io.backfill.catalog.jpa;

import io.backfill.ids.BatchId;
import io.backfill.ids.DeliveryId;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.WebhookEvent;
import io.backfill.webhooks.WebhookOutbox;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The outbox as rows. A lease is the time at which the row is due again, by the database's clock; the count of claims fences what a
 * node reports after its lease.
 */
public final class JpaWebhookOutbox implements WebhookOutbox {
    private static final String COLUMNS = "id, endpoint_id, tenant, event_id, event_type, batch_id, event_at, state,"
            + " attempts, last_at, last_status, last_error, due_at, retry_until, claims";

    private static final String BEHIND_ALL = DeliveryId.PREFIX + "g";
    private static final int LONGEST_ERROR = 512;

    private final Transactions transactions;
    private final PageWalk walk;

    public JpaWebhookOutbox(Transactions transactions, PageWalk walk) {
        this.transactions = transactions;
        this.walk = walk;
    }

    @Override
    public List<Delivery> claim(Duration lease, Map<String, Integer> allowances, int each, int limit) {
        return transactions.call(manager -> {
            List<Delivery> due = new ArrayList<>();
            for (String endpoint : dueEndpoints(manager, allowances, limit)) {
                int allowed = Math.min(allowances.getOrDefault(endpoint, each), limit - due.size());
                if (allowed > 0) {
                    due.addAll(due(manager, endpoint, allowed));
                }
            }
            // in one order on all nodes, which avoids deadlocks
            due.sort(Comparator.comparing(Delivery::id));
            return due.stream()
                    .flatMap(delivery -> claim(manager, delivery, lease).stream())
                    .toList();
        });
    }

    private static List<String> dueEndpoints(EntityManager manager, Map<String, Integer> allowances, int limit) {
        List<String> full = allowances.entrySet().stream()
                .filter(allowance -> allowance.getValue() <= 0)
                .map(Map.Entry::getKey)
                .toList();
        var query = manager.createNativeQuery("SELECT endpoint_id, MIN(due_at) AS first_due FROM"
                        + " {h-schema}webhook_deliveries WHERE due_at <= " + DatabaseClock.NOW_MILLIS
                        + (full.isEmpty() ? "" : " AND endpoint_id NOT IN (:full)")
                        + " GROUP BY endpoint_id ORDER BY first_due, endpoint_id")
                .setMaxResults(limit);
        if (!full.isEmpty()) {
            query.setParameter("full", full);
        }
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> (String) ((Object[]) row)[0]).toList();
    }

    private static List<Delivery> due(EntityManager manager, String endpoint, int most) {
        return deliveries(manager.createNativeQuery("SELECT " + COLUMNS + " FROM {h-schema}webhook_deliveries"
                        + " WHERE endpoint_id = :endpoint AND due_at <= " + DatabaseClock.NOW_MILLIS
                        + " ORDER BY endpoint_id, due_at")
                .setParameter("endpoint", endpoint)
                .setMaxResults(most)
                .getResultList());
    }

    private static Optional<Delivery> claim(EntityManager manager, Delivery due, Duration lease) {
        int claimed = manager.createNativeQuery("UPDATE {h-schema}webhook_deliveries SET claims = claims + 1, due_at = "
                        + DatabaseClock.NOW_MILLIS + " + :lease WHERE id = :id AND claims = :claims"
                        + " AND due_at IS NOT NULL")
                .setParameter("lease", lease.toMillis())
                .setParameter("id", due.id().value())
                .setParameter("claims", due.claims())
                .executeUpdate();
        return claimed == 0
                ? Optional.empty()
                : Optional.of(new Delivery(
                        due.id(),
                        due.endpoint(),
                        due.event(),
                        due.state(),
                        due.attempts(),
                        due.last(),
                        due.nextAttempt(),
                        due.until(),
                        due.claims() + 1));
    }

    @Override
    public boolean settle(Delivery claimed, Delivery.Attempt attempt, Optional<Duration> retryIn) {
        Delivery.State state = retryIn.isPresent()
                ? Delivery.State.PENDING
                : attempt.succeeded() ? Delivery.State.DELIVERED : Delivery.State.FAILED;
        String dueAt = retryIn.map(pause -> DatabaseClock.NOW_MILLIS + " + " + pause.toMillis())
                .orElse("NULL");
        return transactions.call(manager -> manager.createNativeQuery(
                                "UPDATE {h-schema}webhook_deliveries SET state = :state, attempts = attempts + 1,"
                                        + " last_at = :at, last_status = :status, last_error = :error, due_at = "
                                        + dueAt
                                        + " WHERE id = :id AND claims = :claims AND state = 'PENDING'")
                        .setParameter("state", state.name())
                        .setParameter("at", attempt.at().toEpochMilli())
                        .setParameter("status", attempt.status())
                        .setParameter("error", shortened(StorableText.of(attempt.error())))
                        .setParameter("id", claimed.id().value())
                        .setParameter("claims", claimed.claims())
                        .executeUpdate()
                == 1);
    }

    private static String shortened(String error) {
        return error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR);
    }

    @Override
    public List<Delivery> list(String endpoint, Optional<DeliveryId> after, int limit) {
        return transactions.call(manager -> deliveries(manager.createNativeQuery("SELECT " + COLUMNS
                        + " FROM {h-schema}webhook_deliveries WHERE " + walk.of(true, "endpoint_id"))
                .setParameter("endpoint_id", endpoint)
                .setParameter("after", after.map(DeliveryId::value).orElse(BEHIND_ALL))
                .setMaxResults(limit)
                .getResultList()));
    }

    @Override
    public Optional<Delivery> redeliver(String endpoint, DeliveryId id) {
        return transactions.call(manager -> {
            manager.createNativeQuery("UPDATE {h-schema}webhook_deliveries SET state = 'PENDING', attempts = 0,"
                            + " claims = claims + 1, due_at = " + DatabaseClock.NOW_MILLIS + ", retry_until = "
                            + DatabaseClock.NOW_MILLIS + " + " + Delivery.RETRIED.toMillis()
                            + " WHERE id = :id AND endpoint_id = :endpoint")
                    .setParameter("id", id.value())
                    .setParameter("endpoint", endpoint)
                    .executeUpdate();
            return deliveries(manager.createNativeQuery("SELECT " + COLUMNS + " FROM {h-schema}webhook_deliveries"
                                    + " WHERE id = :id AND endpoint_id = :endpoint")
                            .setParameter("id", id.value())
                            .setParameter("endpoint", endpoint)
                            .getResultList())
                    .stream()
                    .findFirst();
        });
    }

    @Override
    public int forget(Instant before, int limit) {
        return transactions.call(manager -> {
            List<?> old = manager.createNativeQuery("SELECT id FROM {h-schema}webhook_deliveries"
                            + " WHERE created_at < :before AND due_at IS NULL ORDER BY created_at")
                    .setParameter("before", before.toEpochMilli())
                    .setMaxResults(limit)
                    .getResultList();
            return old.isEmpty()
                    ? 0
                    : manager.createNativeQuery("DELETE FROM {h-schema}webhook_deliveries WHERE id IN (:ids)"
                                    + " AND due_at IS NULL")
                            .setParameter("ids", old)
                            .executeUpdate();
        });
    }

    private static List<Delivery> deliveries(List<?> rows) {
        return rows.stream().map(row -> delivery((Object[]) row)).toList();
    }

    private static Delivery delivery(Object[] row) {
        EventType type = EventType.named((String) row[4])
                .orElseThrow(() -> new IllegalStateException("a newer node has added events of type " + row[4]));
        int attempts = ((Number) row[8]).intValue();
        Instant lastAt = instant(row[9]);
        return new Delivery(
                new DeliveryId((String) row[0]),
                (String) row[1],
                new WebhookEvent(
                        (String) row[3],
                        type,
                        new TenantId((String) row[2]),
                        new BatchId((String) row[5]),
                        instant(row[6])),
                Delivery.State.valueOf((String) row[7]),
                attempts,
                lastAt.equals(Instant.EPOCH)
                        ? Optional.empty()
                        : Optional.of(new Delivery.Attempt(lastAt, ((Number) row[10]).intValue(), (String) row[11])),
                Optional.ofNullable(row[12]).map(JpaWebhookOutbox::instant),
                instant(row[13]),
                ((Number) row[14]).longValue());
    }

    private static Instant instant(Object millis) {
        return Instant.ofEpochMilli(((Number) millis).longValue());
    }
}
