package io.backfill.webhooks;

import io.backfill.tenants.TenantId;
import java.util.Optional;
import java.util.Set;

/**
 * An endpoint that the operator configured. It receives the events of several tenants and is not visible to them.
 *
 * @param name unique on this gateway; the same on all nodes
 * @param tenants whose events it receives; empty for all
 */
public record OperatorEndpoint(
        String name, String url, Set<EventType> types, Optional<Set<TenantId>> tenants, EndpointSecrets secrets) {
    private static final String PREFIX = "operator:";

    public OperatorEndpoint {
        types = Set.copyOf(types);
    }

    /** Returns its id in deliveries, which no endpoint of a tenant has. */
    public String id() {
        return PREFIX + name;
    }

    /** Returns whether a delivery's endpoint is one that an operator configured, now or earlier. */
    public static boolean isId(String endpoint) {
        return endpoint.startsWith(PREFIX);
    }

    public boolean receives(WebhookEvent event) {
        return types.contains(event.type())
                && tenants.map(chosen -> chosen.contains(event.tenant())).orElse(true);
    }
}
