package io.backfill.catalog.jpa;

import io.backfill.batches.Supervision;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** SQL that judges leases by the database's own clock; the same text on H2 and PostgreSQL. */
public final class DatabaseClock {
    /** Milliseconds since 1970 at the start of the transaction. */
    public static final String NOW_MILLIS = "CAST(FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000) AS BIGINT)";

    /** A condition on a row of {@code batches}: it has not ended. */
    public static final String RUNNING = "status IN " + Statuses.RUNNING_SQL;

    /** A condition on a row of {@code batches} that has not ended: nothing of it may be sent any more. */
    private static final String ONLY_SETTLES =
            "(status IN ('CANCELLING', 'FINALIZING') OR settle_asked = TRUE OR deadline <= " + NOW_MILLIS + ")";

    /**
     * A condition on a row of {@code batches} that has not ended: a node may claim it beside others. Suspects are claimed by
     * themselves, and what was set aside only to be settled.
     */
    public static final String ORDINARY = "((paused_at IS NULL AND starts_without_end < " + Supervision.SUSPECT_FROM
            + ") OR (" + ONLY_SETTLES + " AND starts_without_end < " + Supervision.LEFT_ALONE_FROM + "))";

    /** A condition on a row of {@code batches}: it has not ended, nobody holds its lease, and a node may claim it beside others. */
    public static final String CLAIMABLE = RUNNING + " AND lease_until <= " + NOW_MILLIS + " AND " + ORDINARY;

    /** A condition on a row of {@code batches}: so many nodes died with it that it is set aside. No batch has more, because it is not claimed then. */
    static final String MANY_STARTS = starts(Supervision.SET_ASIDE_FROM, Supervision.LEFT_ALONE_FROM);

    /** A condition on a row of {@code batches}: it has not ended, nobody holds its lease, and a node may claim it alone. */
    static final String SUSPECT = RUNNING + " AND lease_until <= " + NOW_MILLIS
            + " AND paused_at IS NULL AND " + starts(Supervision.SUSPECT_FROM, Supervision.SET_ASIDE_FROM - 1)
            + " AND NOT " + ONLY_SETTLES;

    /** A condition on a row of {@code batches}: it has not ended, nobody holds its lease, and too many nodes died with it. */
    static final String TOO_DEADLY =
            RUNNING + " AND lease_until <= " + NOW_MILLIS + " AND paused_at IS NULL AND " + MANY_STARTS;

    private DatabaseClock() {}

    /** Names each number: given a range, H2 takes another index and reads all open batches. */
    private static String starts(int least, int most) {
        return IntStream.rangeClosed(least, most)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "starts_without_end IN (", ")"));
    }
}
