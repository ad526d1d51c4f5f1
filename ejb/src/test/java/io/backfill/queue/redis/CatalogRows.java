package io.backfill.queue.redis;

import io.backfill.batches.Batch;
import io.backfill.batches.SampleBatches;
import io.backfill.catalog.jpa.JpaBatchCatalog;
import io.backfill.catalog.jpa.JpaBatchLeases;
import io.backfill.catalog.jpa.JpaWaitingBatches;
import io.backfill.catalog.jpa.PageWalk;
import io.backfill.catalog.jpa.SchemaMigration;
import io.backfill.catalog.jpa.Transactions;
import io.backfill.ids.BatchId;
import io.backfill.queue.sql.SqlBatchQueue;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.ConnectionPoolDataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.cfg.AvailableSettings;

/** Rows of batches in a database, and the queue that SQL reads from them. */
final class CatalogRows implements AutoCloseable {
    private static final Duration LEASE = Duration.ofMinutes(10);

    private final JdbcConnectionPool pool;
    private final EntityManagerFactory factory;
    final Transactions transactions;
    final JpaBatchCatalog batches;
    final JpaBatchLeases leases;
    final SqlBatchQueue queue;
    final SqlUnfinishedBatches unfinished;

    /** Opens a database in memory; no other test may use the same name. */
    static CatalogRows inMemory(String name) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        database.setUser("backfill");
        database.setPassword("backfill");
        return new CatalogRows(database);
    }

    CatalogRows(ConnectionPoolDataSource database) {
        pool = JdbcConnectionPool.create(database);
        new SchemaMigration(pool).migrate();
        factory = Persistence.createEntityManagerFactory(
                "backfill", Map.of(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, pool));
        transactions = new Transactions(factory);
        batches = new JpaBatchCatalog(transactions, PageWalk.EQUAL_PREFIX);
        leases = new JpaBatchLeases(transactions);
        queue = new SqlBatchQueue(transactions, leases, new JpaWaitingBatches(transactions, PageWalk.EQUAL_PREFIX));
        unfinished = new SqlUnfinishedBatches(transactions);
    }

    /** Inserts a waiting batch, without offering it to a queue. */
    Batch waiting(TenantId tenant, int n, String window) {
        Batch batch = SampleBatches.batch(tenant, SeededIds.batch(n), window);
        batches.insert(batch);
        return batch;
    }

    Batch claim(BatchId id) {
        return leases.claim(id, "node", LEASE).orElseThrow();
    }

    void release(Batch claimed) {
        leases.release(claimed.id(), claimed.lease().epoch());
    }

    /** Deletes a batch, as a sweep would after its end. */
    void delete(BatchId id) {
        execute("DELETE FROM backfill.batches WHERE id = '" + id + "'");
        execute("DELETE FROM backfill.batch_models WHERE batch_id = '" + id + "'");
    }

    void execute(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    void clear() {
        execute("DELETE FROM backfill.batches");
        execute("DELETE FROM backfill.batch_models");
    }

    @Override
    public void close() {
        factory.close();
        pool.dispose();
    }
}
