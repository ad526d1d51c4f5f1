package io.backfill.catalog.jpa;

import io.backfill.batches.CreateRate;
import io.backfill.tenants.TenantId;
import jakarta.persistence.EntityManager;
import java.util.List;

/** Rates used by tenants, by the database's clock, updated inside a caller's transaction. A tenant's row is its lock. */
final class TenantRates {
    private static final String CREATES = "creates";

    private TenantRates() {}

    /** Takes one creation, which a rollback of the transaction returns. */
    static void takeCreate(EntityManager manager, TenantId tenant, CreateRate rate) {
        List<?> rows = manager.createNativeQuery("SELECT paid_until, " + DatabaseClock.NOW_MILLIS
                        + " FROM {h-schema}tenant_rates WHERE tenant = :tenant AND name = :name FOR UPDATE")
                .setParameter("tenant", tenant.value())
                .setParameter("name", CREATES)
                .getResultList();
        if (rows.isEmpty()) {
            insert(manager, tenant, rate);
            return;
        }
        Object[] row = (Object[]) rows.getFirst();
        long next = rate.take(((Number) row[0]).longValue(), micros(row[1]));
        manager.createNativeQuery(
                        "UPDATE {h-schema}tenant_rates SET paid_until = :next WHERE tenant = :tenant AND name = :name")
                .setParameter("next", next)
                .setParameter("tenant", tenant.value())
                .setParameter("name", CREATES)
                .executeUpdate();
    }

    /** Inserts the rate. Of two concurrent first creations, one fails with a duplicate key, and its transaction runs again. */
    private static void insert(EntityManager manager, TenantId tenant, CreateRate rate) {
        long now = micros(
                manager.createNativeQuery("SELECT " + DatabaseClock.NOW_MILLIS).getSingleResult());
        manager.createNativeQuery(
                        "INSERT INTO {h-schema}tenant_rates (tenant, name, paid_until) VALUES (:tenant, :name, :next)")
                .setParameter("tenant", tenant.value())
                .setParameter("name", CREATES)
                .setParameter("next", rate.take(now, now))
                .executeUpdate();
    }

    private static long micros(Object millis) {
        return 1_000 * ((Number) millis).longValue();
    }
}
