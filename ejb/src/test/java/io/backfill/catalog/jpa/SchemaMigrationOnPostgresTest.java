package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class SchemaMigrationOnPostgresTest {
    private static final String OURS = "classpath:db/migration";

    /** The setting that {@code ./backfill} makes for every connection of the pool. A database may also have it for all connections. */
    private static final String POOL = "-c idle_in_transaction_session_timeout=5000";

    private EmbeddedPostgres server;

    @BeforeEach
    void open() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private PGSimpleDataSource source(int socketSeconds) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        source.setUser("postgres");
        source.setOptions(POOL);
        source.setSocketTimeout(socketSeconds);
        return source;
    }

    @Test
    void aStatementOfTwelveSecondsShouldEndAndASecondNodeWaitForIt() {
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(
                () -> new SchemaMigration(source(3600), OURS, "classpath:db/slow").migrate());
        await().atMost(Duration.ofSeconds(10)).until(() -> count("pg_locks WHERE locktype = 'advisory'") > 0);

        assertThat(new SchemaMigration(source(3600), OURS, "classpath:db/slow").migrate())
                .isZero();
        assertThat(first.join()).isGreaterThan(1);
    }

    @Test
    void aHeldLockShouldBeWaitedForWithoutHoldingUpOthers() throws Exception {
        new SchemaMigration(source(3600), OURS).migrate();
        try (Connection other = source(60).getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SET idle_in_transaction_session_timeout = 0");
            statement.execute("LOCK TABLE backfill.batches IN ACCESS SHARE MODE");

            CompletableFuture<Integer> migrated = CompletableFuture.supplyAsync(
                    () -> new SchemaMigration(source(3600), OURS, "classpath:db/locked").migrate());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> count("pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'") > 0);
            // waits behind the waiting statement, which gives up before this read does
            assertThat(count("backfill.batches")).isZero();

            other.rollback();
            assertThat(migrated.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void anIndexShouldBeMadeBesideOpenTransactions() throws Exception {
        new SchemaMigration(source(3600), OURS).migrate();
        try (Connection other = source(60).getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SET idle_in_transaction_session_timeout = 0");
            statement.execute("LOCK TABLE backfill.files IN ROW EXCLUSIVE MODE");

            CompletableFuture<Integer> migrated = CompletableFuture.supplyAsync(
                    () -> new SchemaMigration(source(3600), OURS, "classpath:db/concurrent").migrate());
            await().atMost(Duration.ofSeconds(20)).until(() -> count("pg_class WHERE relname = 'files_by_name'") > 0);
            other.rollback();

            assertThat(migrated.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
        assertThat(count("pg_index WHERE indexrelid = 'backfill.files_by_name'::regclass AND indisvalid"))
                .isEqualTo(1);
    }

    @Test
    void anIndexThatWasCutOffShouldBeMadeAnew() throws Exception {
        new SchemaMigration(source(3600), OURS).migrate();
        execute("INSERT INTO backfill.flyway_schema_history SELECT installed_rank + 1, '900', 'index', type,"
                + " 'V900__index.sql', 0, installed_by, installed_on, 1, false FROM backfill.flyway_schema_history"
                + " ORDER BY installed_rank DESC LIMIT 1");
        execute("CREATE INDEX files_by_name ON backfill.files (bytes)");

        assertThat(new SchemaMigration(source(3600), OURS, "classpath:db/concurrent").migrate())
                .isEqualTo(1);
        assertThat(count("pg_indexes WHERE indexname = 'files_by_name' AND indexdef LIKE '%(filename)'"))
                .isEqualTo(1);
    }

    private long count(String from) throws SQLException {
        try (Connection connection = source(30).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM " + from)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = source(30).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
