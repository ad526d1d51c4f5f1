package io.backfill.models;

import io.backfill.tenants.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How much a tenant may spend on a model per minute, over all nodes. A tenant that has exhausted its budget waits.
 *
 * @param byDefault for tenants that are not listed; empty: no limit
 */
public record MinuteBudget(OptionalLong byDefault, Map<TenantId, Long> tenants) {
    public static final MinuteBudget UNLIMITED = new MinuteBudget(OptionalLong.empty(), Map.of());

    public MinuteBudget {
        tenants = Map.copyOf(tenants);
    }

    /** Returns this budget with every limit multiplied by {@code part}, but at least 1. */
    public MinuteBudget part(double part) {
        Map<TenantId, Long> parts = new HashMap<>();
        tenants.forEach((tenant, whole) -> parts.put(tenant, part(whole, part)));
        return new MinuteBudget(
                byDefault.isPresent() ? OptionalLong.of(part(byDefault.getAsLong(), part)) : byDefault, parts);
    }

    private static long part(long whole, double part) {
        return Math.max(1, (long) (whole * part));
    }

    public OptionalLong perMinute(TenantId tenant) {
        Long own = tenants.get(tenant);
        return own == null ? byDefault : OptionalLong.of(own);
    }
}
