package io.backfill.catalog.jpa;

import io.backfill.retention.IdleModels;
import java.util.List;

/**
 * Removes the rows of idle models. Waits for rows that are locked by an exchange; an exchange that finds its row gone inserts
 * it again.
 */
public final class SqlIdleModels implements IdleModels {
    private static final String UNUSED =
            " NOT EXISTS (SELECT 1 FROM {h-schema}model_shares s WHERE s.model = model_caps.model)";
    private static final long HOUR_MILLIS = 3_600_000;

    private final Transactions transactions;

    public SqlIdleModels(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public int forget(int limit) {
        transactions.run(manager -> manager.createNativeQuery(
                        "DELETE FROM {h-schema}model_shares WHERE lease_until <= " + DatabaseClock.NOW_MILLIS)
                .executeUpdate());
        // a budget that is overdrawn is kept for a day
        transactions.run(manager -> manager.createNativeQuery("DELETE FROM {h-schema}budgets WHERE filled_at <= "
                        + DatabaseClock.NOW_MILLIS + " - :hour AND (remaining >= 0 OR filled_at <= "
                        + DatabaseClock.NOW_MILLIS + " - :day)")
                .setParameter("hour", HOUR_MILLIS)
                .setParameter("day", 24 * HOUR_MILLIS)
                .executeUpdate());
        return transactions.call(manager -> {
            List<?> unused = manager.createNativeQuery(
                            "SELECT model FROM {h-schema}model_caps WHERE" + UNUSED + " ORDER BY model", String.class)
                    .setMaxResults(limit)
                    .getResultList();
            return unused.isEmpty()
                    ? 0
                    : manager.createNativeQuery(
                                    "DELETE FROM {h-schema}model_caps WHERE model IN (:models) AND" + UNUSED)
                            .setParameter("models", unused)
                            .executeUpdate();
        });
    }
}
