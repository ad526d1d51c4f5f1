package io.backfill.fair;

import io.backfill.tenants.TenantId;
import java.util.Map;

/** Each tenant's share of a saturated model, relative to the other tenants; 1 for tenants that are not listed. */
public record TenantShares(Map<TenantId, Integer> weights) {
    public static final TenantShares EQUAL = new TenantShares(Map.of());

    public TenantShares {
        weights = Map.copyOf(weights);
        weights.forEach((tenant, weight) -> {
            if (weight < 1 || weight > 1000) {
                throw new IllegalArgumentException(
                        "the weight of tenant " + tenant.value() + " must be 1 to 1000, not " + weight);
            }
        });
    }

    public int of(TenantId tenant) {
        return weights.getOrDefault(tenant, 1);
    }
}
