package io.backfill.webhooks;

import io.backfill.batches.IdempotencyKey;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * SPI: the rows of webhook endpoints. Every method is one short blocking transaction. If the database does not answer, it throws
 * {@link io.backfill.errors.BackfillException} {@code UNAVAILABLE}.
 */
public interface WebhookEndpoints {
    /**
     * Adds an endpoint, under an idempotency key if there is one, atomically and within {@code most} endpoints of its tenant.
     *
     * @return the given endpoint, or the one that an earlier create with the same key and fingerprint made
     * @throws io.backfill.errors.BackfillException {@code CONFLICT} if the key was used with another fingerprint, or for an endpoint
     *     that was deleted; {@code INVALID_REQUEST} if the tenant has {@code most} endpoints
     */
    WebhookEndpoint create(WebhookEndpoint endpoint, Optional<IdempotencyKey> key, int most);

    /** Returns an endpoint of any tenant, for deliveries. */
    Optional<WebhookEndpoint> find(WebhookEndpointId id);

    /** Returns an endpoint of the tenant. */
    default Optional<WebhookEndpoint> find(TenantId tenant, WebhookEndpointId id) {
        return find(id).filter(endpoint -> endpoint.tenant().equals(tenant));
    }

    /** Returns one page of the tenant's endpoints, newest first, after the cursor (exclusive; its endpoint need not exist any more). */
    List<WebhookEndpoint> list(TenantId tenant, Optional<WebhookEndpointId> after, int limit);

    /** Compare-and-set by version. Returns false, with nothing changed, if another write came first or the row is gone. */
    boolean replace(WebhookEndpoint before, WebhookEndpoint after);

    /** Removes the endpoint and its deliveries. Returns false if there is no such endpoint. */
    boolean delete(WebhookEndpointId id);

    /** Removes idempotency keys that have expired by {@code now}, at most {@code limit}. Returns their number. */
    int forgetKeys(Instant now, int limit);
}
