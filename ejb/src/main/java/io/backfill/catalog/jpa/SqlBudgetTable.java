package io.backfill.catalog.jpa;

import io.backfill.fair.BudgetKey;
import io.backfill.fair.BudgetLevel;
import io.backfill.fair.BudgetTable;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Budgets as rows. Each row is locked while it changes, in the order of the requests. */
public final class SqlBudgetTable implements BudgetTable {
    private static final String ROW = " WHERE model = :model AND tenant = :tenant AND name = :name";

    private final Transactions transactions;

    public SqlBudgetTable(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<Double> exchange(List<Ask> asks) {
        return transactions.call(manager -> {
            List<Double> taken = new ArrayList<>(asks.size());
            asks.forEach(ask -> taken.add(exchange(manager, ask)));
            return taken;
        });
    }

    private static double exchange(EntityManager manager, Ask ask) {
        List<?> rows = of(
                        manager.createNativeQuery("SELECT remaining, filled_at, " + DatabaseClock.NOW_MILLIS
                                + " FROM {h-schema}budgets" + ROW + " FOR UPDATE"),
                        ask.key())
                .getResultList();
        if (rows.isEmpty()) {
            return insert(manager, ask);
        }
        Object[] row = (Object[]) rows.getFirst();
        BudgetLevel before = new BudgetLevel(((Number) row[0]).doubleValue(), ((Number) row[1]).longValue());
        BudgetLevel level = before.settled(ask, ((Number) row[2]).longValue());
        double taken = level.grant(ask);
        write(
                manager.createNativeQuery("UPDATE {h-schema}budgets SET remaining = :remaining, filled_at = :at" + ROW),
                ask.key(),
                level.minus(taken));
        return taken;
    }

    /** Inserts the budget. Of two concurrent first requests, one fails with a duplicate key, and its transaction runs again. */
    private static double insert(EntityManager manager, Ask ask) {
        long now = ((Number) manager.createNativeQuery("SELECT " + DatabaseClock.NOW_MILLIS)
                        .getSingleResult())
                .longValue();
        BudgetLevel level = BudgetLevel.full(ask, now).settled(ask, now);
        double taken = level.grant(ask);
        write(
                manager.createNativeQuery("INSERT INTO {h-schema}budgets (model, tenant, name, remaining, filled_at)"
                        + " VALUES (:model, :tenant, :name, :remaining, :at)"),
                ask.key(),
                level.minus(taken));
        return taken;
    }

    private static void write(Query statement, BudgetKey key, BudgetLevel level) {
        of(statement, key)
                .setParameter("remaining", level.left())
                .setParameter("at", level.atMillis())
                .executeUpdate();
    }

    private static Query of(Query statement, BudgetKey key) {
        return statement
                .setParameter("model", key.model())
                .setParameter("tenant", key.tenant().value())
                .setParameter("name", key.kind().name().toLowerCase(Locale.ROOT));
    }
}
