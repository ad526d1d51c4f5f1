package io.backfill.catalog.jpa;

import java.util.function.ToLongFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagingOnH2Test implements PagingFixture {
    private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

    private final CatalogDatabase database = CatalogDatabase.h2("jdbc:h2:mem:paging;DB_CLOSE_DELAY=-1");

    @BeforeAll
    void begin() {
        fill();
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Override
    public CatalogDatabase database() {
        return database;
    }

    @Override
    public String range(int from, int to) {
        return "SYSTEM_RANGE(" + from + ", " + to + ")";
    }

    @Override
    public String explain() {
        return "EXPLAIN ANALYZE ";
    }

    @Override
    public ToLongFunction<String> rowsOf() {
        return plan -> SCANNED.matcher(plan)
                .results()
                .map((MatchResult scanned) -> scanned.group(1))
                .mapToLong(Long::parseLong)
                .sum();
    }
}
