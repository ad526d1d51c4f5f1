package io.backfill.benchmarks.gateway;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A PostgreSQL of its own for several gateways, and a look into its rows. */
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

    /** The same database by way of another port, such as a link's that can be cut. */
    public String urlThrough(int port) {
        return url().replace(":" + server.getPort() + "/", ":" + port + "/");
    }

    /** Node and boot that hold a batch's lease; empty when nobody does. */
    public String owner(String batch) {
        return text("SELECT lease_owner FROM backfill.batches WHERE id = ?", batch);
    }

    /** Everything that a batch's row says. */
    public String row(String batch) {
        return text("SELECT CAST(ROW_TO_JSON(b) AS TEXT) FROM backfill.batches b WHERE id = ?", batch);
    }

    /** Nodes that have a share of a model's cap now. */
    public int shareholders(String model) {
        return Integer.parseInt(
                text("SELECT CAST(COUNT(*) AS TEXT) FROM backfill.model_shares WHERE model = ?", model));
    }

    /** Size of the database on disk. */
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
