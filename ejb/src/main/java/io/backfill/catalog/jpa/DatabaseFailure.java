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

/** Classifies database errors by JDBC exception types and SQL states, without vendor error codes. */
enum DatabaseFailure {
    /**
     * The key already exists. When the transaction runs again, it sees the row that has the key; if it fails again, that is a
     * bug.
     */
    DUPLICATE_KEY,
    /** A deadlock, a lock time-out, or a transaction that the database ended for being idle. The transaction can run again. */
    LOST_RACE,
    /** The database cannot be reached, is shut down, too slow or out of resources. */
    UNAVAILABLE,
    /** Anything else. */
    BUG;

    private static final String UNIQUE_VIOLATION = "23505";
    /** H2: the row was changed by a concurrent transaction. */
    private static final String CONCURRENT_UPDATE = "90131";
    /** H2: timed out waiting for a lock. */
    private static final String LOCK_TIMEOUT = "HYT00";
    /** PostgreSQL: timed out waiting for a lock. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** PostgreSQL: the transaction was ended because it was idle for too long. */
    private static final String IDLE_IN_TRANSACTION = "25P03";

    /** PostgreSQL: a standby rejects writes. After a failover an address may lead to one for a while. */
    private static final String READ_ONLY = "25006";

    private static final Set<String> LOST_RACES =
            Set.of(CONCURRENT_UPDATE, LOCK_TIMEOUT, LOCK_NOT_AVAILABLE, IDLE_IN_TRANSACTION);
    /** Classes of SQL states: connection, insufficient resources, operator intervention, system error. */
    private static final Set<String> AWAY = Set.of("08", "53", "57", "58");

    /** Classifies the first SQL exception in the chain of causes. */
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
