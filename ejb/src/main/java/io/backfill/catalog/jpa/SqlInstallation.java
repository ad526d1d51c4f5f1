package io.backfill.catalog.jpa;

import java.util.List;

/** The identity of the catalog, stored in a row that is inserted once and never changed. */
public final class SqlInstallation {
    private static final String NAME = "catalog";

    private final Transactions transactions;

    public SqlInstallation(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Returns the identity of this catalog. Nodes that call this concurrently for the first time all get the same one.
     *
     * @param fresh the identity to store if there is none yet
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
            // the transaction that loses this race runs again and finds the row
            manager.createNativeQuery("INSERT INTO {h-schema}installation (name, identity) VALUES (:name, :identity)")
                    .setParameter("name", NAME)
                    .setParameter("identity", fresh)
                    .executeUpdate();
            return fresh;
        });
    }
}
