package io.backfill.catalog.jpa;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchQuery.Created;
import io.backfill.batches.BatchQuery.Filter;
import io.backfill.batches.BatchStatus;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The cost of a page must depend only on its content, wherever it is among 100,000 batches and files of a tenant and as many of
 * another tenant. The tests count the rows that the database reads, and measure the time.
 */
interface PagingFixture {
    /** Rows of two tenants: the even ones are ada's. */
    int ROWS = 200_000;

    int CAROLS = 20_000;
    TenantId CAROL = new TenantId("carol");
    /** SQL for the digits of an id, made of the number x. The first eight digits are its second of creation. */
    String HEX = "LPAD(CAST(x AS VARCHAR), 8, '0') || '000000000000000000000000'";

    /** Number of batches of one tenant that wait for one model. */
    int WAITING = 100_000;

    int STEP = 5_000;
    int PAGE = 100;
    /** Limit of rows read: more than a page, because a database may read ahead, but far fewer than exist. */
    int FEW = 2 * PAGE;

    int RUNS = 41;

    CatalogDatabase database();

    /** Returns an SQL table with a column x that contains the numbers from {@code from} to {@code to}. */
    String range(int from, int to);

    /** Returns the SQL prefix that makes the database run a statement and return its plan. */
    String explain();

    /** Returns a function that extracts the number of rows read from such a plan. */
    ToLongFunction<String> rowsOf();

    /**
     * Fills an empty database. It does so in steps, because the database would keep the undo log of a single statement for all
     * rows.
     */
    default void fill() {
        for (int from = 0; from < ROWS; from += STEP) {
            String rows = " FROM " + range(from, from + STEP - 1);
            String tenant = "CASE WHEN MOD(x, 2) = 0 THEN 'ada' ELSE 'bob' END";
            database()
                    .execute("INSERT INTO backfill.files SELECT 'file-' || " + HEX + ", " + tenant + ", 'in.jsonl',"
                            + " CASE WHEN MOD(x, 1000) = 0 THEN 'VISION' WHEN MOD(x, 4) = 0 THEN 'BATCH_OUTPUT'"
                            + " ELSE 'BATCH' END, 1, 0, NULL, " + Long.MAX_VALUE + rows);
            insertBatches(tenant, range(from, from + STEP - 1));
        }
        // a third tenant came last, and uploaded all its files before the first of them was processed
        database()
                .execute("INSERT INTO backfill.files SELECT 'file-' || " + HEX + ", 'carol', 'in.jsonl', CASE WHEN x < "
                        + (ROWS + CAROLS / 2) + " THEN 'BATCH' ELSE 'BATCH_OUTPUT' END, 1, 0, NULL, " + Long.MAX_VALUE
                        + " FROM " + range(ROWS, ROWS + CAROLS - 1));
        insertBatches("'carol'", range(ROWS, ROWS + CAROLS - 1));
        insertWaiting("''", "SELECT id, tenant FROM backfill.batches WHERE status = 'VALIDATING'");
        for (int from = 0; from < WAITING; from += STEP) {
            insertWaiting(
                    "'slow'",
                    "SELECT 'batch_' || " + HEX + " AS id, 'ada' AS tenant FROM " + range(from, from + STEP - 1));
        }
        insertWaiting(
                "'slow'", "SELECT 'batch_' || " + HEX + " AS id, 'bob' AS tenant FROM " + range(WAITING, WAITING + 9));
        insertWaiting(
                "'fast'",
                "SELECT 'batch_' || " + HEX + " AS id, 'bob' AS tenant FROM " + range(WAITING + 10, WAITING + 19));
        database().execute("ANALYZE");
    }

    private void insertWaiting(String model, String batches) {
        database()
                .execute("INSERT INTO backfill.batch_models SELECT id, " + model
                        + ", tenant, TRUE, 0, 0, 0, 1, 1, 0 FROM (" + batches + ") waiting");
    }

    private void insertBatches(String tenant, String range) {
        database()
                .execute("INSERT INTO backfill.batches (id, tenant, input_file, endpoint, completion_window,"
                        + " created_at, deadline, version, status, completed_at, has_output, has_errors, total,"
                        + " completed, failed, usage_known, input_tokens, cached_tokens, output_tokens,"
                        + " reasoning_tokens, total_tokens, lease_owner, lease_until, epoch)"
                        + " SELECT 'batch_' || " + HEX + ", " + tenant + ", 'file-x', '/v1/embeddings', '24h', 0, 0, 0,"
                        + " CASE WHEN MOD(x, 2200) = 0 THEN 'VALIDATING' ELSE 'COMPLETED' END,"
                        + " CASE WHEN MOD(x, 2200) = 0 THEN NULL ELSE 0 END, FALSE, FALSE, 0, 0, 0, FALSE, 0, 0, 0, 0,"
                        + " 0, '', 0, 0 FROM " + range);
    }

    @Test
    default void pagesOfBatchesShouldCostTheSameEverywhere() {
        for (TenantId tenant : List.of(ADA, BOB, CAROL)) {
            List<Integer> places =
                    tenant.equals(CAROL) ? List.of(ROWS + CAROLS / 2) : List.of(ROWS - 1000, ROWS / 2, 1000);
            for (Optional<BatchId> after : places(places.stream().map(PagingFixture::batch))) {
                assertThat(database().batches.list(tenant, after, PAGE)).hasSize(PAGE);

                assertThat(rowsOfPage(
                                database().walk.between("tenant"),
                                Map.of(
                                        "tenant",
                                        tenant.value(),
                                        "from",
                                        "",
                                        "after",
                                        after.map(BatchId::value).orElse("batch_g"))))
                        .isLessThanOrEqualTo(FEW);
            }
        }
    }

    /**
     * All batches of ada and bob have one label, whose pages must cost no more than a page, wherever it is and whatever else
     * is asked; one of ada's 2,200 is not completed.
     */
    @Test
    default void filteredPagesOfBatchesShouldCostTheSameEverywhere() {
        String label = BatchLabels.ofModel("m", Optional.empty()).getFirst();
        database()
                .execute("INSERT INTO backfill.batch_labels SELECT id, '" + label
                        + "', tenant, status FROM backfill.batches");
        database().execute("ANALYZE");
        Created[] times = {
            Created.EVER,
            new Created(OptionalLong.of(0x10), OptionalLong.of(0x150000)),
            new Created(OptionalLong.of(0x100000), OptionalLong.of(0x100050)),
            new Created(OptionalLong.of(0xF00000), OptionalLong.empty())
        };
        for (TenantId tenant : List.of(ADA, CAROL)) {
            for (Optional<BatchStatus> status : List.of(
                    Optional.<BatchStatus>empty(),
                    Optional.of(BatchStatus.VALIDATING),
                    Optional.of(BatchStatus.COMPLETED),
                    Optional.of(BatchStatus.FAILED))) {
                for (Optional<String> model : List.of(Optional.<String>empty(), Optional.of("m"), Optional.of("n"))) {
                    for (Created created : times) {
                        for (Optional<BatchId> after : places(Stream.of(batch(ROWS / 2)))) {
                            Filter filter = new Filter(status, model, Optional.empty(), created);
                            assertRowsOfFilteredPage(tenant, new BatchQuery(after, PAGE, filter));
                        }
                    }
                }
            }
        }
    }

    private void assertRowsOfFilteredPage(TenantId tenant, BatchQuery query) {
        List<Batch> page = database().batches.list(tenant, query);
        assertThat(page)
                .allMatch(batch -> batch.tenant().equals(tenant))
                .allMatch(batch -> query.filter().status().isEmpty()
                        || query.filter().status().get() == batch.status());
        Optional<BatchStatus> status = query.filter().status();
        boolean labelled = query.filter().model().isPresent();
        PageWalk walk = database().walk;
        String condition = labelled
                ? status.isPresent() ? walk.between("status", "tenant", "label") : walk.between("label", "tenant")
                : status.isPresent() ? walk.between("status", "tenant") : walk.between("tenant");
        Object[] values = parameters(
                condition,
                Map.of(
                        "tenant",
                        tenant.value(),
                        "status",
                        status.map(Enum::name).orElse(""),
                        "label",
                        BatchLabels.of(query.filter()).orElse(""),
                        "after",
                        BatchPages.newest(query),
                        "from",
                        BatchPages.oldest(query.filter().created())));
        String sql = labelled ? database().lastLabelStatement() : database().lastStatement();
        assertThat(rowsReadBy(sql, values)).as("%s", query).isLessThanOrEqualTo(FEW);
    }

    @Test
    default void pagesOfFilesShouldCostTheSameEverywhereAndBothWays() {
        for (boolean newestFirst : List.of(true, false)) {
            for (TenantId tenant : List.of(ADA, BOB, CAROL)) {
                List<Integer> places =
                        tenant.equals(CAROL) ? List.of(ROWS + CAROLS / 2) : List.of(ROWS - 1000, ROWS / 2, 1000);
                for (Optional<FileId> after : places(places.stream().map(PagingFixture::file))) {
                    FileQuery query = new FileQuery(Optional.empty(), after, newestFirst, PAGE);
                    assertThat(database().files.list(tenant, query, NOON)).hasSize(PAGE);

                    assertThat(rowsOfPage(
                                    "visible_until > :now AND "
                                            + database().walk.of(newestFirst, "tenant"),
                                    Map.of(
                                            "now",
                                            NOON.toEpochMilli(),
                                            "tenant",
                                            tenant.value(),
                                            "after",
                                            cursor(after, newestFirst))))
                            .isLessThanOrEqualTo(FEW);
                }
            }
        }
    }

    @Test
    default void pagesOfOnePurposeShouldCostTheSameEverywhereAndBothWays() {
        for (boolean newestFirst : List.of(true, false)) {
            for (TenantId tenant : List.of(ADA, CAROL)) {
                for (FilePurpose purpose :
                        List.of(FilePurpose.BATCH, FilePurpose.BATCH_OUTPUT, FilePurpose.VISION, FilePurpose.EVALS)) {
                    for (Optional<FileId> after : places(Stream.of(file(ROWS / 2)))) {
                        FileQuery query = new FileQuery(Optional.of(purpose), after, newestFirst, PAGE);
                        assertThat(database().files.list(tenant, query, NOON))
                                .allMatch(file -> file.purpose() == purpose)
                                .allMatch(file -> file.tenant().equals(tenant));

                        assertThat(rowsOfPage(
                                        "visible_until > :now AND "
                                                + database().walk.of(newestFirst, "purpose", "tenant"),
                                        Map.of(
                                                "now",
                                                NOON.toEpochMilli(),
                                                "tenant",
                                                tenant.value(),
                                                "purpose",
                                                purpose.name(),
                                                "after",
                                                cursor(after, newestFirst))))
                                .as("%s of %s", purpose, tenant)
                                .isLessThanOrEqualTo(FEW);
                    }
                }
            }
        }
    }

    /** Returns the positions of the first page and of the pages after these cursors. */
    private static <I> List<Optional<I>> places(Stream<I> cursors) {
        return Stream.concat(Stream.of(Optional.<I>empty()), cursors.map(Optional::of))
                .toList();
    }

    private static String cursor(Optional<FileId> after, boolean newestFirst) {
        return after.map(FileId::value).orElse(newestFirst ? "file-g" : "file-");
    }

    /** Returns the rows read for the latest page. Its parameters are in the order of their names in the condition. */
    private long rowsOfPage(String condition, Map<String, Object> values) {
        return rowsRead(parameters(condition, values));
    }

    private static Object[] parameters(String condition, Map<String, Object> values) {
        return Pattern.compile(":([a-z]+)")
                .matcher(condition)
                .results()
                .map(name -> Objects.requireNonNull(values.get(name.group(1)), name.group(1)))
                .toArray();
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

    /** Queries of the queue cost the same, however many batches wait for a model (B1). */
    @Test
    default void theNextBatchesOfAModelShouldBeFoundWithoutReadingThoseThatWait() {
        assertThat(database().waiting.next("slow", Optional.empty(), 1, PAGE)).hasSize(PAGE);
        assertThat(rowsRead("slow", "ada")).isLessThanOrEqualTo(4 * PAGE);

        assertThat(database().waiting.next("slow", Optional.of(new TenantId("zoe")), 10, PAGE))
                .isEmpty();
        assertThat(rowsRead("slow", behind(""), "", 1)).isLessThanOrEqualTo(4);
        assertThat(rowsRead("slow", behind("ada"), "ada", 1)).isLessThanOrEqualTo(4);

        assertThat(database().waiting.models("", PAGE)).containsExactly("fast", "slow");
        assertThat(rowsRead(behind(""), "", 1)).isLessThanOrEqualTo(4);
        assertThat(rowsRead(behind("fast"), "fast", 1)).isLessThanOrEqualTo(4);
    }

    @Test
    default void runningBatchesShouldBeCountedWithoutReadingTheEndedOnes() {
        assertThat(database().batches.countRunning()).containsOnlyKeys(BatchStatus.VALIDATING);

        assertThat(rowsRead("VALIDATING", "IN_PROGRESS", "FINALIZING", "CANCELLING"))
                .isLessThanOrEqualTo(FEW);
    }

    /** Every claim first queries suspects. With 10,000 open batches this once took a third of the time of planning. */
    @Test
    default void whatIsRareShouldBeFoundWithoutReadingTheOpenOnes() {
        for (String status : List.of("IN_PROGRESS", "VALIDATING")) {
            withOpen(status, () -> {
                assertThat(database().supervision.suspects(PAGE)).isEmpty();
                assertThat(rowsRead()).isLessThanOrEqualTo(FEW);

                assertThat(database().supervision.setAside(PAGE)).isEmpty();
                assertThat(rowsRead()).isLessThanOrEqualTo(FEW);

                assertThat(database().supervision.pausedCount()).isZero();
                assertThat(rowsRead()).isLessThanOrEqualTo(FEW);

                assertThat(database().waiting.abandoned(PAGE)).isEmpty();
                assertThat(rowsRead()).isLessThanOrEqualTo(FEW);

                assertThat(database().waiting.endable(Instant.ofEpochMilli(-1), PAGE))
                        .isEmpty();
                assertThat(rowsRead(-1L)).isLessThanOrEqualTo(FEW);
            });
        }
    }

    /**
     * Runs {@code test} while there are ten pages of open batches with this status, without an owner and with a deadline
     * that has not passed.
     */
    private void withOpen(String status, Runnable test) {
        try {
            insertBatches("'dora'", range(ROWS + CAROLS, ROWS + CAROLS + 10 * PAGE - 1));
            database()
                    .execute("UPDATE backfill.batches SET status = '" + status
                            + "', completed_at = NULL, deadline = 1000 WHERE tenant = 'dora'");
            database().execute("ANALYZE");
            test.run();
        } finally {
            database().execute("DELETE FROM backfill.batches WHERE tenant = 'dora'");
        }
    }

    private String behind(String name) {
        return database().walk == PageWalk.EQUAL_PREFIX ? name + "\0" : name;
    }

    @Test
    default void batchesThatEndedLongAgoShouldBeFoundWithoutReadingTheYoungOnes() {
        Object[] status = {"VALIDATING", "IN_PROGRESS", "FINALIZING", "CANCELLING"};
        Instant end = Instant.ofEpochSecond(0x50);
        List<BatchId> old = database().ended.endedBefore(end, Optional.empty(), PAGE);
        // the ids of 81 seconds that are decimal numbers, without the one that has not ended
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
        compare(
                "batches",
                Optional.empty(),
                Optional.of(batch(1000)),
                after -> database().batches.list(ADA, after, PAGE).size());
        for (boolean newestFirst : List.of(true, false)) {
            Optional<FileId> deep = Optional.of(file(newestFirst ? 1000 : ROWS - 1000));
            String order = newestFirst ? ", newest first" : ", oldest first";
            compare(
                    "files" + order,
                    Optional.empty(),
                    deep,
                    after -> database()
                            .files
                            .list(ADA, new FileQuery(Optional.empty(), after, newestFirst, PAGE), NOON)
                            .size());
            compare(
                    "result files" + order,
                    Optional.empty(),
                    deep,
                    after -> database()
                            .files
                            .list(
                                    ADA,
                                    new FileQuery(Optional.of(FilePurpose.BATCH_OUTPUT), after, newestFirst, PAGE),
                                    NOON)
                            .size());
        }
    }

    /** Alternates between both pages, so that other load of the machine affects them equally. */
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

    /**
     * Returns the rows read for the last statement with these parameters, followed by the page size if the statement has one more
     * parameter.
     */
    private long rowsRead(Object... parameters) {
        return rowsReadBy(database().lastStatement(), parameters);
    }

    private long rowsReadBy(String sql, Object... parameters) {
        try (Connection connection = database().pool().getConnection();
                PreparedStatement explain = connection.prepareStatement(explain() + sql)) {
            List<Object> all = new ArrayList<>(List.of(parameters));
            while (all.size() < count(sql)) {
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
            throw new AssertionError(sql, e);
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
