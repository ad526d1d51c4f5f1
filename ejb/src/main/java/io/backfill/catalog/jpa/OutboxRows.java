package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.OperatorEndpoint;
import io.backfill.webhooks.WebhookEvent;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Adds deliveries to the outbox, each in the transaction that makes the event. The endpoints are those that exist then. An event that
 * is added twice has one delivery.
 */
public final class OutboxRows {
    static final OutboxRows OF_TENANTS = new OutboxRows(List.of());

    private final List<OperatorEndpoint> operators;

    /** @param operators endpoints that the operator configured, in addition to those of the tenants */
    public OutboxRows(List<OperatorEndpoint> operators) {
        this.operators = List.copyOf(operators);
    }

    /** Adds the event of a batch that has ended; nothing if it has not. */
    void ended(EntityManager manager, Batch batch) {
        WebhookEvent.ofEnd(batch).ifPresent(event -> add(manager, event));
    }

    /** Adds the event of a batch at risk, unless it was added before. */
    void atRisk(EntityManager manager, BatchId id) {
        Instant now = now(manager);
        manager.createNativeQuery("SELECT tenant FROM {h-schema}batches WHERE id = :id")
                .setParameter("id", id.value())
                .getResultList()
                .forEach(tenant -> add(manager, WebhookEvent.atRisk(new TenantId((String) tenant), id, now)));
    }

    /** Adds the event of a batch that was paused; nothing if it is not. */
    void paused(EntityManager manager, Batch batch) {
        batch.pause().ifPresent(pause -> add(manager, WebhookEvent.paused(batch.tenant(), batch.id(), pause.at())));
    }

    private void add(EntityManager manager, WebhookEvent event) {
        List<String> receivers = receivers(manager, event);
        if (!receivers.isEmpty()) {
            Instant now = now(manager);
            receivers.forEach(endpoint -> insert(manager, event, endpoint, now));
        }
    }

    private List<String> receivers(EntityManager manager, WebhookEvent event) {
        List<?> rows = manager.createNativeQuery(
                        "SELECT id, event_types FROM {h-schema}webhook_endpoints WHERE tenant = :tenant ORDER BY id")
                .setParameter("tenant", event.tenant().value())
                .getResultList();
        return Stream.concat(
                        rows.stream()
                                .map(row -> (Object[]) row)
                                .filter(row -> Arrays.asList(((String) row[1]).split(" "))
                                        .contains(event.type().wireName()))
                                .map(row -> (String) row[0]),
                        operators.stream()
                                .filter(operator -> operator.receives(event))
                                .map(OperatorEndpoint::id))
                .toList();
    }

    private static void insert(EntityManager manager, WebhookEvent event, String endpoint, Instant now) {
        boolean known = !manager.createNativeQuery("SELECT id FROM {h-schema}webhook_deliveries"
                        + " WHERE event_id = :event AND endpoint_id = :endpoint")
                .setParameter("event", event.id())
                .setParameter("endpoint", endpoint)
                .getResultList()
                .isEmpty();
        if (known) {
            return;
        }
        manager.createNativeQuery("INSERT INTO {h-schema}webhook_deliveries (id, endpoint_id, tenant, event_id,"
                        + " event_type, batch_id, event_at, created_at, state, attempts, last_at, last_status,"
                        + " last_error, due_at, retry_until, claims) VALUES (:id, :endpoint, :tenant, :event, :type,"
                        + " :batch, :at, :now, 'PENDING', 0, 0, 0, '', :now, :until, 0)")
                .setParameter("id", event.delivery(endpoint, now).value())
                .setParameter("endpoint", endpoint)
                .setParameter("tenant", event.tenant().value())
                .setParameter("event", event.id())
                .setParameter("type", event.type().wireName())
                .setParameter("batch", event.batch().value())
                .setParameter("at", event.at().toEpochMilli())
                .setParameter("now", now.toEpochMilli())
                .setParameter("until", now.plus(Delivery.RETRIED).toEpochMilli())
                .executeUpdate();
    }

    private static Instant now(EntityManager manager) {
        return Instant.ofEpochMilli(((Number) manager.createNativeQuery("SELECT " + DatabaseClock.NOW_MILLIS)
                        .getSingleResult())
                .longValue());
    }
}
