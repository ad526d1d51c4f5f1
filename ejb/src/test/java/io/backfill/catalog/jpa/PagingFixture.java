package io.backfill.catalog.jpa;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * A page costs what is on it, wherever it stands among 100,000 batches and files of a tenant, and as many of another one: counted
 * in rows that the database reads, and measured.
 */
interface PagingFixture {
    /** Of two tenants: the even ones are ada's. */
    int ROWS = 200_000;

    int STEP = 5_000;
    int PAGE = 100;
    /** More than a page has, for what a database reads ahead; far from what is there. */
    int FEW = 2 * PAGE;

    int RUNS = 41;

    CatalogDatabase database();

    /** What this database calls the numbers from 0 as rows of a column x. */
    String range(int from, int to);

    /** How this database is asked to run a statement and tell its plan. */
    String explain();

    /** The rows that the statement of this plan read. */
    ToLongFunction<String> rowsOf();

    /** Fills an empty database. In steps: one statement for all rows would keep the undo log of all. */
    default void fill() {
        for (int from = 0; from < ROWS; from += STEP) {
            String rows = " FROM " + range(from, from + STEP - 1);
            // the first eight digits of an id are its second
            String hex = "LPAD(CAST(x AS VARCHAR), 8, '0') || '000000000000000000000000'";
            String tenant = "CASE WHEN MOD(x, 2) = 0 THEN 'ada' ELSE 'bob' END";
            database()
                    .execute("INSERT INTO backfill.files SELECT 'file-' || " + hex + ", " + tenant + ", 'in.jsonl',"
                            + " CASE WHEN MOD(x, 1000) = 0 THEN 'VISION' WHEN MOD(x, 4) = 0 THEN 'BATCH_OUTPUT'"
                            + " ELSE 'BATCH' END, 1, 0, NULL, " + Long.MAX_VALUE + rows);
            database()
                    .execute("INSERT INTO backfill.batches (id, tenant, input_file, endpoint, completion_window,"
                            + " created_at, deadline, version, status, completed_at, has_output, has_errors, total,"
                            + " completed, failed, usage_known, input_tokens, cached_tokens, output_tokens,"
                            + " reasoning_tokens, total_tokens, lease_owner, lease_until, epoch)"
                            + " SELECT 'batch_' || " + hex + ", " + tenant + ", 'file-x', '/v1/embeddings', '24h', 0,"
                            + " 0, 0, CASE WHEN MOD(x, 2000) = 0 THEN 'VALIDATING' ELSE 'COMPLETED' END,"
                            + " CASE WHEN MOD(x, 2000) = 0 THEN NULL ELSE 0 END, FALSE, FALSE, 0, 0, 0, FALSE, 0, 0, 0,"
                            + " 0, 0, '', 0, 0" + rows);
        }
        database().execute("ANALYZE");
    }

    @Test
    default void pagesOfBatchesShouldCostTheSameEverywhere() {
        for (TenantId tenant : List.of(ADA, BOB)) {
            for (Optional<BatchId> after :
                    List.of(Optional.<BatchId>empty(), Optional.of(batch(ROWS / 2)), Optional.of(batch(1000)))) {
                assertThat(database().batches.list(tenant, after, PAGE)).hasSize(PAGE);

                assertThat(rowsRead(tenant.value(), after.map(BatchId::value).orElse("batch_g")))
                        .isLessThanOrEqualTo(FEW);
            }
        }
    }

    @Test
    default void pagesOfFilesShouldCostTheSameEverywhereAndBothWays() {
        for (boolean newestFirst : List.of(true, false)) {
            for (int place : List.of(ROWS / 100, ROWS / 2, ROWS - ROWS / 100)) {
                Optional<FileId> after = Optional.of(file(place));
                FileQuery query = new FileQuery(Optional.empty(), after, newestFirst, PAGE);
                assertThat(database().files.list(ADA, query, NOON)).hasSize(PAGE);

                assertThat(rowsRead("ada", NOON.toEpochMilli(), file(place).value()))
                        .isLessThanOrEqualTo(FEW);
            }
        }
    }

    @Test
    default void pagesOfOnePurposeShouldCostTheSameEverywhereAndBothWays() {
        for (boolean newestFirst : List.of(true, false)) {
            Optional<FileId> after = Optional.of(file(ROWS / 2));
            for (FilePurpose purpose :
                    List.of(FilePurpose.BATCH, FilePurpose.BATCH_OUTPUT, FilePurpose.VISION, FilePurpose.EVALS)) {
                FileQuery some = new FileQuery(Optional.of(purpose), after, newestFirst, PAGE);

                assertThat(database().files.list(ADA, some, NOON))
                        .as(purpose.name())
                        .hasSizeBetween(
                                purpose == FilePurpose.EVALS ? 0 : PAGE - 1,
                                purpose == FilePurpose.EVALS ? 0 : PAGE);
                assertThat(rowsRead(
                                "ada",
                                NOON.toEpochMilli(),
                                purpose.name(),
                                file(ROWS / 2).value()))
                        .as(purpose.name())
                        .isLessThanOrEqualTo(FEW);
            }
        }
    }

    @Test
    default void filesToForgetShouldBeFoundWithoutReadingTheLiveOnes() {
        assertThat(database().files.forgettable(NOON, PAGE)).isEmpty();

        assertThat(database().lastStatement()).contains("visible_until");
        assertThat(rowsRead(NOON.toEpochMilli(), "VALIDATING", "IN_PROGRESS", "FINALIZING", "CANCELLING"))
                .isLessThanOrEqualTo(FEW);
    }

    @Test
    default void claimableBatchesShouldBeFoundWithoutReadingTheEndedOnes() {
        assertThat(database().leases.claimable(PAGE)).hasSize(PAGE);
        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);

        assertThat(database().leases.claimableCount()).isEqualTo(PAGE);
        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);

        assertThat(database().queue.next(PAGE)).hasSize(PAGE);
        assertThat(rowsRead()).isLessThanOrEqualTo(4 * PAGE);
    }

    @Test
    default void batchesThatEndedLongAgoShouldBeFoundWithoutReadingTheYoungOnes() {
        Object[] status = {"VALIDATING", "IN_PROGRESS", "FINALIZING", "CANCELLING"};
        Instant end = Instant.ofEpochSecond(0x50);
        List<BatchId> old = database().ended.endedBefore(end, Optional.empty(), PAGE);
        // the ids of 81 seconds, in decimal digits and without the one that has not ended
        assertThat(old).hasSize(50).startsWith(batch(1)).endsWith(batch(50));
        assertThat(rowsRead("", "batch_00000051", status[0], status[1], status[2], status[3], end.toEpochMilli()))
                .isLessThanOrEqualTo(FEW);

        Instant later = Instant.ofEpochSecond(0x100000);
        Optional<BatchId> cursor = Optional.of(batch(50_000));
        assertThat(database().ended.endedBefore(later, cursor, PAGE)).hasSize(PAGE);
        assertThat(rowsRead(
                        batch(50_000).value(),
                        "batch_00100001",
                        status[0],
                        status[1],
                        status[2],
                        status[3],
                        later.toEpochMilli()))
                .isLessThanOrEqualTo(FEW);
    }

    @Test
    default void aDeepPageShouldTakeAsLongAsTheFirst() {
        compare("batches", Optional.empty(), Optional.of(batch(1000)), after -> database()
                .batches
                .list(ADA, after, PAGE)
                .size());
        for (boolean newestFirst : List.of(true, false)) {
            Optional<FileId> deep = Optional.of(file(newestFirst ? 1000 : ROWS - 1000));
            String order = newestFirst ? ", newest first" : ", oldest first";
            compare("files" + order, Optional.empty(), deep, after -> database()
                    .files
                    .list(ADA, new FileQuery(Optional.empty(), after, newestFirst, PAGE), NOON)
                    .size());
            compare("result files" + order, Optional.empty(), deep, after -> database()
                    .files
                    .list(ADA, new FileQuery(Optional.of(FilePurpose.BATCH_OUTPUT), after, newestFirst, PAGE), NOON)
                    .size());
        }
    }

    /** Takes turns, so that what else the machine does disturbs both alike. */
    private <I> void compare(String what, Optional<I> first, Optional<I> deep, ToLongFunction<Optional<I>> page) {
        long[] firsts = new long[RUNS];
        long[] deeps = new long[RUNS];
        for (int run = 0; run < RUNS; run++) {
            firsts[run] = nanos(page, first);
            deeps[run] = nanos(page, deep);
        }
        long near = median(firsts);
        long far = median(deeps);
        System.out.printf(
                "%s, %,d %s: first page of %d %.2f ms, deep page %.2f ms (medians of %d)%n",
                getClass().getSimpleName(), ROWS / 2, what, PAGE, near / 1e6, far / 1e6, RUNS);
        assertThat(far).isLessThan(10 * Math.max(near, Duration.ofMillis(2).toNanos()));
    }

    private static <I> long nanos(ToLongFunction<Optional<I>> page, Optional<I> after) {
        long begin = System.nanoTime();
        assertThat(page.applyAsLong(after)).isEqualTo(PAGE);
        return System.nanoTime() - begin;
    }

    private static long median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2];
    }

    /** Rows that are read for the statement sent last, with these parameters and, where it has one more, the page's size. */
    private long rowsRead(Object... parameters) {
        try (Connection connection = database().pool().getConnection();
                PreparedStatement explain =
                        connection.prepareStatement(explain() + database().lastStatement())) {
            List<Object> all = new ArrayList<>(List.of(parameters));
            while (all.size() < count(database().lastStatement())) {
                all.add(PAGE);
            }
            for (int i = 0; i < all.size(); i++) {
                explain.setObject(i + 1, all.get(i));
            }
            StringBuilder plan = new StringBuilder();
            try (ResultSet lines = explain.executeQuery()) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
            assertThat(plan.toString()).doesNotContain("tableScan", "Seq Scan");
            return rowsOf().applyAsLong(plan.toString());
        } catch (SQLException e) {
            throw new AssertionError(database().lastStatement(), e);
        }
    }

    private static long count(String sql) {
        return sql.chars().filter(character -> character == '?').count();
    }

    private static BatchId batch(int n) {
        return new BatchId("batch_%08d".formatted(n) + "0".repeat(24));
    }

    private static FileId file(int n) {
        return new FileId("file-%08d".formatted(n) + "0".repeat(24));
    }
}
