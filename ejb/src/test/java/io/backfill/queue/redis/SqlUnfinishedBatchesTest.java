package io.backfill.queue.redis;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** Tests the rows that a refill reads, on PostgreSQL. */
class SqlUnfinishedBatchesTest {
    private static EmbeddedPostgres server;
    private static CatalogRows rows;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        source.setUser("postgres");
        rows = new CatalogRows(source);
    }

    @AfterAll
    static void stop() throws IOException {
        rows.close();
        server.close();
    }

    @BeforeEach
    void clear() {
        rows.clear();
    }

    private static List<UnfinishedBatch> all(int page) {
        List<UnfinishedBatch> all = new ArrayList<>();
        String last = "";
        List<UnfinishedBatch> next;
        do {
            next = rows.unfinished.after(last, page);
            all.addAll(next);
            last = next.isEmpty() ? last : next.getLast().id().value();
        } while (next.size() == page);
        return all;
    }

    @Test
    void pagesShouldNameEveryUnfinishedBatchAndWhetherItRuns() {
        Batch first = rows.waiting(ADA, 1, "1h");
        Batch second = rows.waiting(BOB, 2, "2h");
        Batch third = rows.waiting(ADA, 3, "3h");
        rows.claim(second.id());
        rows.execute("UPDATE backfill.batches SET status = 'COMPLETED' WHERE id = '" + third.id() + "'");

        List<UnfinishedBatch> expected = List.of(
                new UnfinishedBatch(first.id(), ADA, first.deadline(), false),
                new UnfinishedBatch(second.id(), BOB, second.deadline(), true));
        assertThat(all(1)).isEqualTo(expected);
        assertThat(all(2)).isEqualTo(expected);
        assertThat(all(10)).isEqualTo(expected);
    }

    @Test
    void manyRowsShouldBeReadInPagesAmongMoreThatHaveEnded() {
        rows.waiting(ADA, 1, "1h");
        rows.execute("INSERT INTO backfill.batches SELECT (jsonb_populate_record(b, jsonb_build_object("
                + "'id', 'batch_' || md5(n::text), 'status', CASE WHEN n % 2 = 0 THEN 'COMPLETED' ELSE b.status END))).*"
                + " FROM backfill.batches b, generate_series(1, 4000) n");
        rows.execute("INSERT INTO backfill.batch_models SELECT b.id, '', b.tenant, TRUE, 0, 0, b.deadline, 0, 0, 0"
                + " FROM backfill.batches b WHERE b.status = 'VALIDATING' ON CONFLICT DO NOTHING");
        rows.execute("ANALYZE backfill.batches");

        long before = System.nanoTime();
        assertThat(all(500)).hasSize(2_001);
        long middle = System.nanoTime();
        rows.execute("UPDATE backfill.batches SET status = 'COMPLETED' WHERE id NOT LIKE 'batch_00%'");
        rows.execute("ANALYZE backfill.batches");
        long between = System.nanoTime();
        List<UnfinishedBatch> few = all(500);

        System.out.printf(
                "Rows for a refill: 2,000 open of 4,000 read in %d ms, %d of them in %d ms%n",
                (middle - before) / 1_000_000, few.size(), (System.nanoTime() - between) / 1_000_000);
        assertThat(few).hasSizeBetween(1, 40);
    }
}
