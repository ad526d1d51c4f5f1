package io.backfill.it.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A PostgreSQL for the nodes of a test, and a look into its rows. */
public final class SharedCatalog implements AutoCloseable {
    public static final String USER = "postgres";

    private final EmbeddedPostgres server;
    private final Set<String> owners = ConcurrentHashMap.newKeySet();

    private SharedCatalog(EmbeddedPostgres server) {
        this.server = server;
    }

    public static SharedCatalog start() throws IOException {
        // nothing here has to survive the machine
        return new SharedCatalog(
                EmbeddedPostgres.builder().setServerConfig("fsync", "off").start());
    }

    public String url() {
        return server.getJdbcUrl(USER, "postgres");
    }

    /** Node and boot that hold a batch's lease; empty when nobody does. */
    public String owner(String batch) {
        return text("SELECT lease_owner FROM backfill.batches WHERE id = ?", batch);
    }

    /** Everything that a batch's row says. */
    public String row(String batch) {
        return text("SELECT CAST(ROW_TO_JSON(b) AS TEXT) FROM backfill.batches b WHERE id = ?", batch);
    }

    /** Nodes that ever had a share of a model's cap while this was asked. */
    public Set<String> shareholders(String model) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT node FROM backfill.model_shares WHERE model = ?")) {
            statement.setString(1, model);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    owners.add(rows.getString(1));
                }
            }
            return new HashSet<>(owners);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private String text(String sql, String parameter) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
