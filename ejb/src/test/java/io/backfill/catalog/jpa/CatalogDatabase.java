package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.queue.sql.SqlBatchQueue;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.resource.jdbc.spi.StatementInspector;

/** A migrated database with the catalogs of the product on top, as its persistence unit describes them. */
final class CatalogDatabase implements AutoCloseable {
    private static final List<String> TABLES = List.of(
            "files",
            "tenant_storage",
            "batches",
            "batch_models",
            "batch_labels",
            "idempotency_keys",
            "uploads",
            "upload_parts",
            "tenant_rates",
            "budgets",
            "model_shares",
            "model_caps",
            "sweeps",
            "webhook_endpoints",
            "webhook_keys",
            "webhook_deliveries");

    private final JdbcConnectionPool pool;
    private final EntityManagerFactory factory;
    private final AtomicReference<String> lastStatement = new AtomicReference<>("");
    private final AtomicReference<String> lastLabelStatement = new AtomicReference<>("");
    final PageWalk walk;
    final Transactions transactions;
    final JpaBatchCatalog batches;
    final JpaBatchLeases leases;
    final JpaBatchSupervision supervision;
    final JpaBatchSteering steering;
    final JpaWaitingBatches waiting;
    final JpaFileCatalog files;
    final JpaUploadCatalog uploads;
    final JpaTenantStorage storage;
    final SqlBatchQueue queue;
    final SqlShareTable shares;
    final JpaEndedBatches ended;
    final SqlStoreRecords records;
    final SqlSweepLeases sweepLeases;
    final SqlIdleModels idleModels;
    final SqlBudgetTable budgets;
    final JpaWebhookEndpoints webhookEndpoints;
    final JpaWebhookOutbox outbox;

    /** Opens any database: H2's pool accepts the connections of every driver. */
    CatalogDatabase(ConnectionPoolDataSource database, PageWalk walk) {
        this.walk = walk;
        pool = JdbcConnectionPool.create(database);
        pool.setMaxConnections(16);
        migrate(database);
        StatementInspector remember = sql -> {
            lastStatement.set(sql);
            if (sql.contains("batch_labels")) {
                lastLabelStatement.set(sql);
            }
            return sql;
        };
        Map<String, Object> settings = new HashMap<>();
        settings.put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, pool);
        settings.put(AvailableSettings.STATEMENT_INSPECTOR, remember);
        factory = Persistence.createEntityManagerFactory("backfill", settings);
        transactions = new Transactions(factory);
        batches = new JpaBatchCatalog(transactions, walk);
        leases = new JpaBatchLeases(transactions);
        supervision = new JpaBatchSupervision(transactions);
        steering = new JpaBatchSteering(transactions, OutboxRows.OF_TENANTS);
        files = new JpaFileCatalog(transactions, walk);
        uploads = new JpaUploadCatalog(transactions);
        storage = new JpaTenantStorage(transactions);
        waiting = new JpaWaitingBatches(transactions, walk);
        queue = new SqlBatchQueue(transactions, leases, waiting);
        shares = new SqlShareTable(transactions);
        ended = new JpaEndedBatches(transactions);
        records = new SqlStoreRecords(transactions);
        sweepLeases = new SqlSweepLeases(transactions);
        idleModels = new SqlIdleModels(transactions);
        budgets = new SqlBudgetTable(transactions);
        webhookEndpoints = new JpaWebhookEndpoints(transactions, walk);
        outbox = new JpaWebhookOutbox(transactions, walk);
    }

    /**
     * Migrates over separate connections, as the product does, because settings of a migration's connections must not affect the
     * catalogs.
     */
    private void migrate(ConnectionPoolDataSource database) {
        JdbcConnectionPool own = JdbcConnectionPool.create(database);
        // an H2 database in memory exists only while a connection to it is open
        try (Connection keepsItOpen = pool.getConnection()) {
            new SchemaMigration(own).migrate();
            own.dispose();
            assertThat(keepsItOpen.isClosed()).isFalse();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static CatalogDatabase h2(String url) {
        return new CatalogDatabase(h2Source(url), PageWalk.EQUAL_PREFIX);
    }

    static JdbcDataSource h2Source(String url) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL(url);
        database.setUser("backfill");
        database.setPassword("backfill");
        return database;
    }

    DataSource pool() {
        return pool;
    }

    int openConnections() {
        return pool.getActiveConnections();
    }

    /** Returns the statement that JPA sent last. */
    String lastStatement() {
        return lastStatement.get();
    }

    /** Returns the statement on {@code batch_labels} that JPA sent last. */
    String lastLabelStatement() {
        return lastLabelStatement.get();
    }

    void clear() {
        for (String table : TABLES) {
            execute("DELETE FROM backfill." + table);
        }
    }

    void ageLeases(Duration by) {
        execute("UPDATE backfill.batches SET lease_until = lease_until - " + by.toMillis()
                + " WHERE lease_owner <> ''");
        execute("UPDATE backfill.batch_models SET retry_at = retry_at - " + by.toMillis() + " WHERE retry_at > 0");
    }

    void ageSweepLeases(Duration by) {
        execute("UPDATE backfill.sweeps SET lease_until = lease_until - " + by.toMillis());
    }

    /** Takes every connection and keeps it, so that further requests fail after a second. */
    void exhaustPool() {
        pool.setMaxConnections(1);
        pool.setLoginTimeout(1);
        try {
            Connection kept = pool.getConnection();
            assertThat(kept.isClosed()).isFalse();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    long count(String table) {
        return transactions.call(
                manager -> ((Number) manager.createNativeQuery("SELECT COUNT(*) FROM backfill." + table)
                                .getSingleResult())
                        .longValue());
    }

    void execute(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() {
        factory.close();
        pool.dispose();
    }
}
