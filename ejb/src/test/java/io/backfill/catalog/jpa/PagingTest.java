package io.backfill.catalog.jpa;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A page costs what is on it, wherever it stands among 100,000 rows: counted in rows that the database reads. */
class PagingTest {
    private static final int ROWS = 100_000;
    private static final int STEP = 5_000;
    private static final int PAGE = 100;
    private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

    private static CatalogDatabase database;

    @BeforeAll
    static void fill() {
        database = CatalogDatabase.h2("jdbc:h2:mem:paging;DB_CLOSE_DELAY=-1");
        // in steps: one statement for all rows would keep the undo log of all
        for (int from = 0; from < ROWS; from += STEP) {
            String rows = " FROM SYSTEM_RANGE(" + from + ", " + (from + STEP - 1) + ")";
            String hex = "LPAD(CAST(x AS VARCHAR), 32, '0')";
            database.execute("INSERT INTO backfill.files SELECT 'file-' || " + hex
                    + ", 'ada', 'in.jsonl', 'BATCH', 1, 0, NULL, " + Long.MAX_VALUE + rows);
            database.execute("INSERT INTO backfill.batches (id, tenant, input_file, endpoint, completion_window,"
                    + " created_at, deadline, version, status, has_output, has_errors, total, completed, failed,"
                    + " usage_known, input_tokens, cached_tokens, output_tokens, reasoning_tokens, total_tokens,"
                    + " lease_owner, lease_until, epoch)"
                    + " SELECT 'batch_' || " + hex + ", 'ada', 'file-x', '/v1/embeddings', '24h', 0, 0, 0,"
                    + " CASE WHEN MOD(x, 1000) = 0 THEN 'VALIDATING' ELSE 'COMPLETED' END,"
                    + " FALSE, FALSE, 0, 0, 0, FALSE, 0, 0, 0, 0, 0, '', 0, 0" + rows);
        }
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void pagesOfBatchesShouldCostTheSameEverywhere() throws SQLException {
        for (Optional<BatchId> after : List.of(Optional.<BatchId>empty(), Optional.of(batch(ROWS - 99_000)))) {
            assertThat(database.batches.list(ADA, after, PAGE)).hasSize(PAGE);

            assertThat(rowsRead("ada", after.map(BatchId::value).orElse("batch_g")))
                    .isLessThanOrEqualTo(2 * PAGE);
        }
    }

    @Test
    void pagesOfFilesShouldCostTheSameEverywhereAndBothWays() throws SQLException {
        for (boolean newestFirst : List.of(true, false)) {
            for (int place : List.of(ROWS / 100, ROWS - ROWS / 100)) {
                Optional<FileId> after = Optional.of(file(place));
                FileQuery query = new FileQuery(Optional.empty(), after, newestFirst, PAGE);
                assertThat(database.files.list(ADA, query, NOON)).hasSize(PAGE);

                assertThat(rowsRead("ada", NOON.toEpochMilli(), file(place).value()))
                        .isLessThanOrEqualTo(2 * PAGE);
            }
        }
    }

    @Test
    void pagesOfOnePurposeShouldCostTheSameEverywhereAndBothWays() throws SQLException {
        for (boolean newestFirst : List.of(true, false)) {
            Optional<FileId> after = Optional.of(file(ROWS / 2));
            FileQuery some = new FileQuery(Optional.of(FilePurpose.BATCH), after, newestFirst, PAGE);
            FileQuery none = new FileQuery(Optional.of(FilePurpose.VISION), after, newestFirst, PAGE);

            assertThat(database.files.list(ADA, some, NOON)).hasSize(PAGE);
            assertThat(rowsRead(
                            "ada", NOON.toEpochMilli(), "BATCH", file(ROWS / 2).value()))
                    .isLessThanOrEqualTo(2 * PAGE);
            assertThat(database.files.list(ADA, none, NOON)).isEmpty();
            assertThat(rowsRead(
                            "ada", NOON.toEpochMilli(), "VISION", file(ROWS / 2).value()))
                    .isLessThanOrEqualTo(2 * PAGE);
        }
    }

    @Test
    void filesToForgetShouldBeFoundWithoutReadingTheLiveOnes() throws SQLException {
        assertThat(database.files.forgettable(NOON, PAGE)).isEmpty();

        assertThat(database.lastStatement()).contains("visible_until");
        assertThat(rowsRead(NOON.toEpochMilli(), "VALIDATING", "IN_PROGRESS", "FINALIZING", "CANCELLING"))
                .isLessThanOrEqualTo(PAGE);
    }

    @Test
    void claimableBatchesShouldBeFoundWithoutReadingTheEndedOnes() throws SQLException {
        assertThat(database.leases.claimable(PAGE)).hasSize(PAGE);

        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);
        assertThat(database.leases.claimableCount()).isEqualTo(PAGE);
        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);
        assertThat(database.queue.next(PAGE)).hasSize(PAGE);
        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);
    }

    /** Rows that H2 reads for the statement sent last, with these parameters and, where it has one more, the page's size. */
    private static long rowsRead(Object... parameters) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                PreparedStatement explain =
                        connection.prepareStatement("EXPLAIN ANALYZE " + database.lastStatement())) {
            List<Object> all = new ArrayList<>(List.of(parameters));
            while (all.size() < explain.getParameterMetaData().getParameterCount()) {
                all.add(PAGE);
            }
            for (int i = 0; i < all.size(); i++) {
                explain.setObject(i + 1, all.get(i));
            }
            try (ResultSet plan = explain.executeQuery()) {
                assertThat(plan.next()).isTrue();
                Matcher scanned = SCANNED.matcher(plan.getString(1));
                long rows = 0;
                while (scanned.find()) {
                    rows += Long.parseLong(scanned.group(1));
                }
                assertThat(rows).as(plan.getString(1)).isPositive();
                return rows;
            }
        }
    }

    private static BatchId batch(int n) {
        return new BatchId("batch_%032d".formatted(n));
    }

    private static FileId file(int n) {
        return new FileId("file-%032d".formatted(n));
    }
}
