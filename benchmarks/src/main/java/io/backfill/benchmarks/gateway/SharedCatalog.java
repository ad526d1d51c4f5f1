package io.backfill.benchmarks.gateway;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A PostgreSQL server shared by several gateways, with queries for its rows. */
public final class SharedCatalog implements AutoCloseable {
    public static final String USER = "postgres";

    private final EmbeddedPostgres server;

    private SharedCatalog(EmbeddedPostgres server) {
        this.server = server;
    }

    public static SharedCatalog start() throws IOException {
        return new SharedCatalog(EmbeddedPostgres.builder().start());
    }

    public String url() {
        return server.getJdbcUrl(USER, "postgres");
    }

    public int port() {
        return server.getPort();
    }

    /** Returns the URL of the same database through another port, such as that of a link that can be cut. */
    public String urlThrough(int port) {
        return url().replace(":" + server.getPort() + "/", ":" + port + "/");
    }

    /** Returns node and boot that hold a batch's lease; empty if there is no holder. */
    public String owner(String batch) {
        return text("SELECT lease_owner FROM backfill.batches WHERE id = ?", batch);
    }

    /** Returns all columns of a batch's row. */
    public String row(String batch) {
        return text("SELECT CAST(ROW_TO_JSON(b) AS TEXT) FROM backfill.batches b WHERE id = ?", batch);
    }

    /** Returns the number of nodes that hold a share of a model's cap now. */
    public int shareholders(String model) {
        return Integer.parseInt(
                text("SELECT CAST(COUNT(*) AS TEXT) FROM backfill.model_shares WHERE model = ?", model));
    }

    /** Returns the size of the database on disk in bytes. */
    public long bytes() {
        return Long.parseLong(text("SELECT CAST(pg_database_size(?) AS TEXT)", "postgres"));
    }

    private String text(String sql, String parameter) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
