package io.backfill.memory;

import io.backfill.batches.IdempotencyKey;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.DeliveryId;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.WebhookEndpoint;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookEvent;
import io.backfill.webhooks.WebhookOutbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Webhook endpoints and deliveries in maps. The injected time acts as the database's clock. Not persistent. Thread-safe. */
public final class MemoryWebhooks implements WebhookEndpoints, WebhookOutbox {
    private final InstantSource time;
    private final TreeMap<WebhookEndpointId, WebhookEndpoint> endpoints = new TreeMap<>();
    private final TreeMap<DeliveryId, Delivery> deliveries = new TreeMap<>();
    private final Map<String, Use> keys = new HashMap<>();

    private record Use(String fingerprint, WebhookEndpointId endpoint, Instant at) {}

    public MemoryWebhooks(InstantSource time) {
        this.time = time;
    }

    /** Adds the deliveries of an event, as a catalog does in its transaction. */
    synchronized void add(WebhookEvent event) {
        for (WebhookEndpoint endpoint : endpoints.values()) {
            String id = endpoint.id().value();
            boolean known = deliveries.values().stream()
                    .anyMatch(delivery -> delivery.event().id().equals(event.id())
                            && delivery.endpoint().equals(id));
            if (endpoint.tenant().equals(event.tenant()) && endpoint.types().contains(event.type()) && !known) {
                Instant now = time.instant();
                put(new Delivery(
                        event.delivery(id, now),
                        id,
                        event,
                        Delivery.State.PENDING,
                        0,
                        Optional.empty(),
                        Optional.of(now),
                        now.plus(Delivery.RETRIED),
                        0));
            }
        }
    }

    private void put(Delivery delivery) {
        deliveries.put(delivery.id(), delivery);
    }

    @Override
    public synchronized WebhookEndpoint create(WebhookEndpoint endpoint, Optional<IdempotencyKey> key, int most) {
        Optional<Use> use = key.map(MemoryWebhooks::slot)
                .map(keys::get)
                .filter(earlier -> endpoint.createdAt().isBefore(earlier.at().plus(IdempotencyKey.REMEMBERED)));
        if (use.isPresent()) {
            if (!use.get().fingerprint().equals(key.orElseThrow().fingerprint())) {
                throw new BackfillException(ErrorCode.CONFLICT, IdempotencyKey.CONFLICT);
            }
            return find(use.get().endpoint())
                    .orElseThrow(() -> new BackfillException(
                            ErrorCode.CONFLICT,
                            "The webhook endpoint of this Idempotency-Key was deleted. Use a new key."));
        }
        if (list(endpoint.tenant(), Optional.empty(), most).size() >= most) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST,
                    "A tenant may have at most " + most + " webhook endpoints. Delete one first.");
        }
        endpoints.put(endpoint.id(), endpoint);
        key.ifPresent(
                fresh -> keys.put(slot(fresh), new Use(fresh.fingerprint(), endpoint.id(), endpoint.createdAt())));
        return endpoint;
    }

    private static String slot(IdempotencyKey key) {
        return key.tenant() + " " + key.key();
    }

    @Override
    public synchronized Optional<WebhookEndpoint> find(WebhookEndpointId id) {
        return Optional.ofNullable(endpoints.get(id));
    }

    @Override
    public synchronized List<WebhookEndpoint> list(TenantId tenant, Optional<WebhookEndpointId> after, int limit) {
        return after.map(cursor -> endpoints.headMap(cursor, false)).orElse(endpoints).descendingMap().values().stream()
                .filter(endpoint -> endpoint.tenant().equals(tenant))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean replace(WebhookEndpoint before, WebhookEndpoint after) {
        boolean same = find(before.id())
                .filter(row -> row.version() == before.version())
                .isPresent();
        if (same) {
            endpoints.put(after.id(), after);
        }
        return same;
    }

    @Override
    public synchronized boolean delete(WebhookEndpointId id) {
        deliveries.values().removeIf(delivery -> delivery.endpoint().equals(id.value()));
        return endpoints.remove(id) != null;
    }

    @Override
    public synchronized int forgetKeys(Instant now, int limit) {
        int before = keys.size();
        keys.values().removeIf(use -> !now.isBefore(use.at().plus(IdempotencyKey.REMEMBERED)));
        return before - keys.size();
    }

    @Override
    public synchronized List<Delivery> claim(Duration lease, Map<String, Integer> allowances, int each, int limit) {
        Instant now = time.instant();
        Map<String, Integer> left = new HashMap<>(allowances);
        List<Delivery> claimed = new ArrayList<>();
        for (Delivery due : deliveries.values().stream()
                .filter(delivery ->
                        delivery.nextAttempt().filter(at -> !at.isAfter(now)).isPresent())
                .sorted(Comparator.comparing(delivery -> delivery.nextAttempt().orElseThrow()))
                .toList()) {
            int allowed = left.getOrDefault(due.endpoint(), each);
            if (allowed > 0 && claimed.size() < limit) {
                left.put(due.endpoint(), allowed - 1);
                Delivery next = with(due, due.state(), due.attempts(), due.last(), Optional.of(now.plus(lease)));
                put(next);
                claimed.add(next);
            }
        }
        return claimed;
    }

    /** Returns the delivery after another claim, or after its end. */
    private static Delivery with(
            Delivery row,
            Delivery.State state,
            int attempts,
            Optional<Delivery.Attempt> last,
            Optional<Instant> nextAttempt) {
        return new Delivery(
                row.id(),
                row.endpoint(),
                row.event(),
                state,
                attempts,
                last,
                nextAttempt,
                row.until(),
                row.claims() + 1);
    }

    @Override
    public synchronized boolean settle(Delivery claimed, Delivery.Attempt attempt, Optional<Duration> retryIn) {
        Delivery row = deliveries.get(claimed.id());
        if (row == null || row.claims() != claimed.claims() || row.state() != Delivery.State.PENDING) {
            return false;
        }
        Delivery.State state = retryIn.isPresent()
                ? Delivery.State.PENDING
                : attempt.succeeded() ? Delivery.State.DELIVERED : Delivery.State.FAILED;
        put(with(row, state, row.attempts() + 1, Optional.of(attempt), retryIn.map(time.instant()::plus)));
        return true;
    }

    @Override
    public synchronized List<Delivery> list(String endpoint, Optional<DeliveryId> after, int limit) {
        return after
                .map(cursor -> deliveries.headMap(cursor, false))
                .orElse(deliveries)
                .descendingMap()
                .values()
                .stream()
                .filter(delivery -> delivery.endpoint().equals(endpoint))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<Delivery> redeliver(String endpoint, DeliveryId id) {
        Optional<Delivery> row = Optional.ofNullable(deliveries.get(id))
                .filter(delivery -> delivery.endpoint().equals(endpoint));
        Instant now = time.instant();
        row.ifPresent(delivery -> put(new Delivery(
                id,
                endpoint,
                delivery.event(),
                Delivery.State.PENDING,
                0,
                delivery.last(),
                Optional.of(now),
                now.plus(Delivery.RETRIED),
                delivery.claims() + 1)));
        return Optional.ofNullable(deliveries.get(id)).filter(delivery -> row.isPresent());
    }

    @Override
    public synchronized int forget(Instant before, int limit) {
        List<DeliveryId> old = deliveries.values().stream()
                .filter(delivery -> delivery.nextAttempt().isEmpty()
                        && delivery.until().minus(Delivery.RETRIED).isBefore(before))
                .map(Delivery::id)
                .limit(limit)
                .toList();
        old.forEach(deliveries::remove);
        return old.size();
    }
}
