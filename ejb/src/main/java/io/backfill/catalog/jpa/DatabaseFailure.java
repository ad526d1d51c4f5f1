package io.backfill.catalog.jpa;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a database error means for the caller, judged by JDBC's exception types and SQL states, not by a vendor's codes. */
enum DatabaseFailure {
    /** The key is taken. Run again, the transaction sees by whom; if it insists on the key, it is a bug. */
    DUPLICATE_KEY,
    /** A dead-lock, a lock not had in time, a transaction that was ended for standing still. Run it again. */
    LOST_RACE,
    /** No connection, shut down, too slow, out of resources. */
    UNAVAILABLE,
    /** Anything else. */
    BUG;

    private static final String UNIQUE_VIOLATION = "23505";
    /** H2: the row was changed by another transaction meanwhile. */
    private static final String CONCURRENT_UPDATE = "90131";
    /** H2: a lock was not to be had in time. */
    private static final String LOCK_TIMEOUT = "HYT00";
    /** PostgreSQL: a lock was not to be had in time. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** PostgreSQL ended a transaction whose process stood still. */
    private static final String IDLE_IN_TRANSACTION = "25P03";

    /** PostgreSQL: a standby takes no writes; after a fail-over an address may lead to one for a while. */
    private static final String READ_ONLY = "25006";

    private static final Set<String> LOST_RACES =
            Set.of(CONCURRENT_UPDATE, LOCK_TIMEOUT, LOCK_NOT_AVAILABLE, IDLE_IN_TRANSACTION);
    /** Classes of SQL states: connection, insufficient resources, operator intervention, system error. */
    private static final Set<String> AWAY = Set.of("08", "53", "57", "58");

    /** Judges by the first SQL error in the chain of causes. */
    static DatabaseFailure of(Throwable failure) {
        Optional<SQLException> error = Stream.iterate(failure, e -> e != null, Throwable::getCause)
                .limit(20)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .findFirst();
        return error.map(DatabaseFailure::ofSql).orElse(BUG);
    }

    private static DatabaseFailure ofSql(SQLException error) {
        String state = Optional.ofNullable(error.getSQLState()).orElse("");
        if (state.equals(UNIQUE_VIOLATION)) {
            return DUPLICATE_KEY;
        }
        // class 40: the database chose this transaction as the victim
        if (LOST_RACES.contains(state) || state.startsWith("40") || error instanceof SQLTransactionRollbackException) {
            return LOST_RACE;
        }
        boolean away = error instanceof SQLTransientConnectionException
                || error instanceof SQLNonTransientConnectionException
                || error instanceof SQLRecoverableException
                || error instanceof SQLTimeoutException
                || state.equals(READ_ONLY)
                || (state.length() >= 2 && AWAY.contains(state.substring(0, 2)));
        return away ? UNAVAILABLE : BUG;
    }
}
