package io.backfill.catalog.jpa;

import io.backfill.retention.SweepLeases;
import jakarta.persistence.EntityManager;
import java.time.Duration;

/** Leases as rows, one per sweep. Each change is a single statement that compares and sets, by the database's clock only. */
public final class SqlSweepLeases implements SweepLeases {
    private final Transactions transactions;

    public SqlSweepLeases(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public boolean take(String sweep, String owner, Duration length) {
        return transactions.call(manager -> {
            int taken = manager.createNativeQuery("UPDATE {h-schema}sweeps SET owner = :owner, lease_until = "
                            + DatabaseClock.NOW_MILLIS + " + :length WHERE name = :name AND (owner = :owner OR"
                            + " lease_until <= " + DatabaseClock.NOW_MILLIS + ")")
                    .setParameter("owner", owner)
                    .setParameter("length", length.toMillis())
                    .setParameter("name", sweep)
                    .executeUpdate();
            return taken == 1 || (isNew(manager, sweep) && insert(manager, sweep, owner, length));
        });
    }

    private static boolean isNew(EntityManager manager, String sweep) {
        return manager.createNativeQuery("SELECT name FROM {h-schema}sweeps WHERE name = :name")
                .setParameter("name", sweep)
                .getResultList()
                .isEmpty();
    }

    /** Inserts the lease. The transaction that loses this race runs again and finds the lease taken. */
    private static boolean insert(EntityManager manager, String sweep, String owner, Duration length) {
        return manager.createNativeQuery(
                                "INSERT INTO {h-schema}sweeps (name, owner, lease_until) VALUES (:name, :owner, "
                                        + DatabaseClock.NOW_MILLIS + " + :length)")
                        .setParameter("name", sweep)
                        .setParameter("owner", owner)
                        .setParameter("length", length.toMillis())
                        .executeUpdate()
                == 1;
    }

    @Override
    public void end(String sweep, String owner, Duration pause) {
        transactions.run(manager -> manager.createNativeQuery("UPDATE {h-schema}sweeps SET owner = '', lease_until = "
                        + DatabaseClock.NOW_MILLIS + " + :pause WHERE name = :name AND owner = :owner")
                .setParameter("pause", pause.toMillis())
                .setParameter("name", sweep)
                .setParameter("owner", owner)
                .executeUpdate());
    }
}
