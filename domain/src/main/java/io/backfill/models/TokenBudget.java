package io.backfill.models;

import io.backfill.tenants.TenantId;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Tokens, prompt and answer, that a tenant may spend on a model per minute and node; who has none left waits.
 *
 * @param byDefault for tenants that are not listed; empty: no limit
 */
public record TokenBudget(OptionalLong byDefault, Map<TenantId, Long> tenants) {
    public static final TokenBudget UNLIMITED = new TokenBudget(OptionalLong.empty(), Map.of());

    public TokenBudget {
        tenants = Map.copyOf(tenants);
    }

    public OptionalLong perMinute(TenantId tenant) {
        Long own = tenants.get(tenant);
        return own == null ? byDefault : OptionalLong.of(own);
    }
}
