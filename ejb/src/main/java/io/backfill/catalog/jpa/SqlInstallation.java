package io.backfill.catalog.jpa;

import java.util.List;

/** The catalog's identity, as a row that is made once and then stays. */
public final class SqlInstallation {
    private static final String NAME = "catalog";

    private final Transactions transactions;

    public SqlInstallation(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * The identity of this catalog; of nodes that ask for the first time at once all get the same.
     *
     * @param fresh what it shall be where there is none yet
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the database does not answer
     */
    public String identity(String fresh) {
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery("SELECT identity FROM {h-schema}installation WHERE name = :name")
                    .setParameter("name", NAME)
                    .getResultList();
            if (!rows.isEmpty()) {
                return String.valueOf(rows.getFirst());
            }
            // a loser of this race begins anew, and finds the row
            manager.createNativeQuery("INSERT INTO {h-schema}installation (name, identity) VALUES (:name, :identity)")
                    .setParameter("name", NAME)
                    .setParameter("identity", fresh)
                    .executeUpdate();
            return fresh;
        });
    }
}
