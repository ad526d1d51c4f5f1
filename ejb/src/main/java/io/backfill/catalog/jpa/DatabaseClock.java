package io.backfill.catalog.jpa;

/** SQL that judges leases by the database's own clock; the same text on H2 and PostgreSQL. */
public final class DatabaseClock {
    /** Milliseconds since 1970 at the start of the transaction. */
    public static final String NOW_MILLIS = "CAST(FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000) AS BIGINT)";

    /** A condition on a row of {@code batches}: it has not ended. */
    public static final String RUNNING = "status IN " + Statuses.RUNNING_SQL;

    /** A condition on a row of {@code batches}: it has not ended and nobody holds its lease. */
    public static final String CLAIMABLE = RUNNING + " AND lease_until <= " + NOW_MILLIS;

    private DatabaseClock() {}
}
