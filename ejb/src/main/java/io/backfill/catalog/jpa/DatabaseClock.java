package io.backfill.catalog.jpa;

import io.backfill.batches.Supervision;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** SQL conditions on leases by the database's own clock; the same text works on H2 and PostgreSQL. */
public final class DatabaseClock {
    /** Milliseconds since 1970 at the start of the transaction. */
    public static final String NOW_MILLIS = "CAST(FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000) AS BIGINT)";

    /** Condition on a row of {@code batches}: the batch has not ended. */
    public static final String RUNNING = "status IN " + RunningStatus.SQL_LIST;

    /**
     * Condition on a row of {@code batches} that has not ended: the batch may only be settled, nothing of it may be sent any
     * more.
     */
    private static final String ONLY_SETTLES =
            "(status IN ('CANCELLING', 'FINALIZING') OR settle_asked = TRUE OR deadline <= " + NOW_MILLIS + ")";

    /**
     * Condition on a row of {@code batches} that has not ended: a node may claim the batch while it runs others. Excludes
     * suspects, which are claimed separately, and batches that were set aside, unless they only have to be settled.
     */
    public static final String ORDINARY = "((paused_at IS NULL AND starts_without_end < " + Supervision.SUSPECT_FROM
            + ") OR (" + ONLY_SETTLES + " AND starts_without_end < " + Supervision.LEFT_ALONE_FROM + "))";

    /**
     * Condition on a row of {@code batches}: the batch has not ended, its lease is free, and a node may claim it while it
     * runs others.
     */
    public static final String CLAIMABLE = RUNNING + " AND lease_until <= " + NOW_MILLIS + " AND " + ORDINARY;

    /**
     * Condition on a row of {@code batches}: the number of nodes that died with the batch is one for which it is set aside.
     * No batch has more deaths, because it is not claimed any more then.
     */
    static final String MANY_STARTS = starts(Supervision.SET_ASIDE_FROM, Supervision.LEFT_ALONE_FROM);

    /**
     * Condition on a row of {@code batches}: the batch has not ended, its lease is free, and a node may claim it to run it
     * alone.
     */
    static final String SUSPECT = RUNNING + " AND lease_until <= " + NOW_MILLIS
            + " AND paused_at IS NULL AND " + starts(Supervision.SUSPECT_FROM, Supervision.SET_ASIDE_FROM - 1)
            + " AND NOT " + ONLY_SETTLES;

    /** Condition on a row of {@code batches}: the batch has not ended, its lease is free, and too many nodes died with it. */
    static final String TOO_DEADLY =
            RUNNING + " AND lease_until <= " + NOW_MILLIS + " AND paused_at IS NULL AND " + MANY_STARTS;

    private DatabaseClock() {}

    /** Lists each number, because with a range H2 chooses another index and reads all open batches. */
    private static String starts(int least, int most) {
        return IntStream.rangeClosed(least, most)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "starts_without_end IN (", ")"));
    }
}
