package io.backfill.webhooks;

import io.backfill.batches.SealedHeaders;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.List;

/**
 * An endpoint of a tenant as stored in its row.
 *
 * @param types in the order of the client, without repetitions
 * @param hint last characters of the current secret
 * @param secrets its sealed secrets
 * @param version counts changes, for compare-and-set
 */
public record WebhookEndpoint(
        WebhookEndpointId id,
        TenantId tenant,
        Instant createdAt,
        Instant updatedAt,
        String name,
        String url,
        List<EventType> types,
        String hint,
        SealedHeaders secrets,
        long version) {
    public WebhookEndpoint {
        types = List.copyOf(types);
    }

    /** Returns the endpoint after a change of what the client configures; itself if nothing changes. */
    public WebhookEndpoint with(String nextName, String nextUrl, List<EventType> nextTypes, Instant now) {
        if (nextName.equals(name) && nextUrl.equals(url) && nextTypes.equals(types)) {
            return this;
        }
        return new WebhookEndpoint(
                id, tenant, createdAt, now, nextName, nextUrl, nextTypes, hint, secrets, version + 1);
    }

    /** Returns the endpoint after a rotation of its secret. */
    public WebhookEndpoint with(String nextHint, SealedHeaders sealed, Instant now) {
        return new WebhookEndpoint(id, tenant, createdAt, now, name, url, types, nextHint, sealed, version + 1);
    }
}
