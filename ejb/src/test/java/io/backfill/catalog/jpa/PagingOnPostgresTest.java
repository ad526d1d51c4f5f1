package io.backfill.catalog.jpa;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGConnectionPoolDataSource;

@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagingOnPostgresTest implements PagingFixture {
    /** Rows that a node of the plan returned, and rows that it read and discarded. */
    private static final Pattern READ =
            Pattern.compile("actual rows=([\\d.]+) loops=(\\d+)|Rows Removed by [A-Za-z ]+: (\\d+)");

    private EmbeddedPostgres server;
    private CatalogDatabase database;

    @BeforeAll
    void begin() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        source.setUser("postgres");
        database = new CatalogDatabase(source, PageWalk.ROW_VALUES);
        fill();
    }

    @AfterAll
    void close() throws IOException {
        database.close();
        server.close();
    }

    @Override
    public CatalogDatabase database() {
        return database;
    }

    @Override
    public String range(int from, int to) {
        return "generate_series(" + from + ", " + to + ") AS numbers(x)";
    }

    @Override
    public String explain() {
        return "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ";
    }

    /**
     * Returns the largest number of rows that any node read, so that a row that passes through several nodes of the plan counts
     * once.
     */
    @Override
    public ToLongFunction<String> rowsOf() {
        return plan -> READ.matcher(plan)
                .results()
                .mapToLong(read -> read.group(3) == null
                        ? Math.round(Double.parseDouble(read.group(1)) * Long.parseLong(read.group(2)))
                        : Long.parseLong(read.group(3)))
                .max()
                .orElseThrow(() -> new AssertionError(plan));
    }
}
