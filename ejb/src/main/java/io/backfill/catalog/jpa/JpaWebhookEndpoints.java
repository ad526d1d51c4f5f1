package io.backfill.catalog.jpa;

import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.SealedHeaders;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.WebhookEndpoint;
import io.backfill.webhooks.WebhookEndpoints;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Webhook endpoints as rows. Each tenant has a fixed number of slots; of two creates that take the same one, one runs again. */
public final class JpaWebhookEndpoints implements WebhookEndpoints {
    private static final String COLUMNS =
            "id, tenant, name, url, event_types, hint, secrets_key, secrets, created_at, updated_at, version";

    private static final String BEHIND_ALL = WebhookEndpointId.PREFIX + "g";

    private final Transactions transactions;
    private final PageWalk walk;

    public JpaWebhookEndpoints(Transactions transactions, PageWalk walk) {
        this.transactions = transactions;
        this.walk = walk;
    }

    @Override
    public WebhookEndpoint create(WebhookEndpoint endpoint, Optional<IdempotencyKey> key, int most) {
        return transactions.call(manager -> {
            Optional<WebhookEndpoint> earlier = key.flatMap(known -> repeated(manager, known, endpoint.createdAt()));
            if (earlier.isPresent()) {
                return earlier.get();
            }
            insert(manager, endpoint, freeSlot(manager, endpoint.tenant(), most));
            key.ifPresent(fresh -> remember(manager, fresh, endpoint));
            return endpoint;
        });
    }

    /** Returns the endpoint that an earlier request with this key created. Forgets a key that has expired. */
    private static Optional<WebhookEndpoint> repeated(EntityManager manager, IdempotencyKey key, Instant now) {
        List<?> rows = manager.createNativeQuery("SELECT fingerprint, endpoint_id, created_at FROM"
                        + " {h-schema}webhook_keys WHERE tenant = :tenant AND idem_key = :key")
                .setParameter("tenant", key.tenant().value())
                .setParameter("key", key.key())
                .getResultList();
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Object[] row = (Object[]) rows.getFirst();
        if (!now.isBefore(InstantColumn.read(((Number) row[2]).longValue()).plus(IdempotencyKey.REMEMBERED))) {
            manager.createNativeQuery("DELETE FROM {h-schema}webhook_keys WHERE tenant = :tenant AND idem_key = :key")
                    .setParameter("tenant", key.tenant().value())
                    .setParameter("key", key.key())
                    .executeUpdate();
            return Optional.empty();
        }
        if (!row[0].equals(key.fingerprint())) {
            throw new BackfillException(ErrorCode.CONFLICT, IdempotencyKey.CONFLICT);
        }
        Optional<WebhookEndpoint> earlier = find(manager, new WebhookEndpointId((String) row[1]));
        if (earlier.isEmpty()) {
            throw new BackfillException(
                    ErrorCode.CONFLICT, "The webhook endpoint of this Idempotency-Key was deleted. Use a new key.");
        }
        return earlier;
    }

    private static void remember(EntityManager manager, IdempotencyKey key, WebhookEndpoint endpoint) {
        manager.createNativeQuery("INSERT INTO {h-schema}webhook_keys (tenant, idem_key, fingerprint, endpoint_id,"
                        + " created_at) VALUES (:tenant, :key, :fingerprint, :id, :at)")
                .setParameter("tenant", key.tenant().value())
                .setParameter("key", key.key())
                .setParameter("fingerprint", key.fingerprint())
                .setParameter("id", endpoint.id().value())
                .setParameter("at", endpoint.createdAt().toEpochMilli())
                .executeUpdate();
    }

    private static int freeSlot(EntityManager manager, TenantId tenant, int most) {
        Set<Integer> taken = new HashSet<>();
        List<?> rows = manager.createNativeQuery("SELECT slot FROM {h-schema}webhook_endpoints WHERE tenant = :tenant")
                .setParameter("tenant", tenant.value())
                .getResultList();
        rows.forEach(slot -> taken.add(((Number) slot).intValue()));
        if (taken.size() >= most) {
            throw tooMany(most);
        }
        return IntStream.range(0, most)
                .filter(slot -> !taken.contains(slot))
                .findFirst()
                .orElseThrow(() -> tooMany(most));
    }

    private static BackfillException tooMany(int most) {
        return new BackfillException(
                ErrorCode.INVALID_REQUEST,
                "A tenant may have at most " + most + " webhook endpoints. Delete one first.");
    }

    private static void insert(EntityManager manager, WebhookEndpoint endpoint, int slot) {
        manager.createNativeQuery("INSERT INTO {h-schema}webhook_endpoints (slot, " + COLUMNS
                        + ") VALUES (:slot, :id, :tenant, :name, :url, :types, :hint, :sealKey, :secrets, :created,"
                        + " :updated, :version)")
                .setParameter("slot", slot)
                .setParameter("id", endpoint.id().value())
                .setParameter("tenant", endpoint.tenant().value())
                .setParameter("name", endpoint.name())
                .setParameter("url", endpoint.url())
                .setParameter("types", types(endpoint))
                .setParameter("hint", endpoint.hint())
                .setParameter("sealKey", endpoint.secrets().keyId())
                .setParameter("secrets", endpoint.secrets().bytes())
                .setParameter("created", endpoint.createdAt().toEpochMilli())
                .setParameter("updated", endpoint.updatedAt().toEpochMilli())
                .setParameter("version", endpoint.version())
                .executeUpdate();
    }

    private static String types(WebhookEndpoint endpoint) {
        return endpoint.types().stream().map(EventType::wireName).collect(Collectors.joining(" "));
    }

    @Override
    public Optional<WebhookEndpoint> find(WebhookEndpointId id) {
        return transactions.call(manager -> find(manager, id));
    }

    private static Optional<WebhookEndpoint> find(EntityManager manager, WebhookEndpointId id) {
        return endpoints(manager.createNativeQuery(
                                "SELECT " + COLUMNS + " FROM {h-schema}webhook_endpoints WHERE id = :id")
                        .setParameter("id", id.value())
                        .getResultList())
                .stream()
                .findFirst();
    }

    @Override
    public List<WebhookEndpoint> list(TenantId tenant, Optional<WebhookEndpointId> after, int limit) {
        return transactions.call(manager -> endpoints(manager.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM {h-schema}webhook_endpoints WHERE " + walk.of(true, "tenant"))
                .setParameter("tenant", tenant.value())
                .setParameter("after", after.map(WebhookEndpointId::value).orElse(BEHIND_ALL))
                .setMaxResults(limit)
                .getResultList()));
    }

    @Override
    public boolean replace(WebhookEndpoint before, WebhookEndpoint after) {
        return transactions.call(manager -> manager.createNativeQuery("UPDATE {h-schema}webhook_endpoints SET"
                                + " name = :name, url = :url, event_types = :types, hint = :hint,"
                                + " secrets_key = :sealKey, secrets = :secrets, updated_at = :updated,"
                                + " version = :next WHERE id = :id AND version = :version")
                        .setParameter("name", after.name())
                        .setParameter("url", after.url())
                        .setParameter("types", types(after))
                        .setParameter("hint", after.hint())
                        .setParameter("sealKey", after.secrets().keyId())
                        .setParameter("secrets", after.secrets().bytes())
                        .setParameter("updated", after.updatedAt().toEpochMilli())
                        .setParameter("next", after.version())
                        .setParameter("id", before.id().value())
                        .setParameter("version", before.version())
                        .executeUpdate()
                == 1);
    }

    @Override
    public boolean delete(WebhookEndpointId id) {
        return transactions.call(manager -> {
            int deleted = manager.createNativeQuery("DELETE FROM {h-schema}webhook_endpoints WHERE id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
            manager.createNativeQuery("DELETE FROM {h-schema}webhook_deliveries WHERE endpoint_id = :id")
                    .setParameter("id", id.value())
                    .executeUpdate();
            return deleted == 1;
        });
    }

    @Override
    public int forgetKeys(Instant now, int limit) {
        return transactions.call(manager -> {
            long before = now.minus(IdempotencyKey.REMEMBERED).toEpochMilli();
            List<?> keys = manager.createNativeQuery("SELECT tenant, idem_key FROM {h-schema}webhook_keys"
                            + " WHERE created_at <= :before ORDER BY created_at")
                    .setParameter("before", before)
                    .setMaxResults(limit)
                    .getResultList();
            return keys.stream()
                    .map(row -> (Object[]) row)
                    .mapToInt(row -> manager.createNativeQuery("DELETE FROM {h-schema}webhook_keys WHERE"
                                    + " tenant = :tenant AND idem_key = :key AND created_at <= :before")
                            .setParameter("tenant", row[0])
                            .setParameter("key", row[1])
                            .setParameter("before", before)
                            .executeUpdate())
                    .sum();
        });
    }

    private static List<WebhookEndpoint> endpoints(List<?> rows) {
        return rows.stream().map(row -> endpoint((Object[]) row)).toList();
    }

    private static WebhookEndpoint endpoint(Object[] row) {
        return new WebhookEndpoint(
                new WebhookEndpointId((String) row[0]),
                new TenantId((String) row[1]),
                InstantColumn.read(((Number) row[8]).longValue()),
                InstantColumn.read(((Number) row[9]).longValue()),
                (String) row[2],
                (String) row[3],
                Arrays.stream(((String) row[4]).split(" "))
                        .flatMap(name -> EventType.named(name).stream())
                        .toList(),
                (String) row[5],
                new SealedHeaders((String) row[6], (byte[]) row[7]),
                ((Number) row[10]).longValue());
    }
}
