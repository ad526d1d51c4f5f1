package io.backfill.catalog.jpa;

import static io.backfill.ops.BackfillLog.LOG;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Migrates the catalog's schema to the newest version. To be run before the first use of a catalog and outside any
 * transaction. Concurrent runs (several nodes starting at once) wait for each other. A run on an up-to-date schema changes
 * nothing.
 *
 * <p>On PostgreSQL a statement that waits for a lock times out after two seconds and is retried later, because every other
 * statement on that table queues behind it while nodes of the previous release are still working. A script whose statements
 * cannot run in a transaction ({@code CREATE INDEX ${concurrently} …}) is not rolled back when it fails or the process dies,
 * so it must be repeatable: it begins with {@code DROP INDEX ${concurrently} IF EXISTS …} and contains nothing else.
 */
public final class SchemaMigration {
    /**
     * Schema name, as in the persistence unit. The schema is reserved for the application: foreign tables in it would make
     * Flyway skip the first version.
     */
    private static final String SCHEMA = "backfill";

    /** On Liberty, Flyway finds a folder of the class path only by an empty file {@code flyway.location} in it. */
    private static final String SCRIPTS = "classpath:db/migration";

    /** Time in seconds that a node waits for another one that migrates. */
    private static final int LOCK_TRIES = 3600;

    private static final String SESSION =
            "SET lock_timeout = '2s'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

    /** With the pause between runs, at least two minutes. */
    private static final int MOST_RUNS = 40;

    private static final Duration PAUSE = Duration.ofSeconds(3);

    /** lock_not_available, deadlock_detected. */
    private static final Set<String> BEHIND_A_LOCK = Set.of("55P03", "40P01");

    private final DataSource database;
    private final String[] scripts;

    /**
     * Creates a migration with the scripts of this program.
     *
     * @param database on PostgreSQL, connections without a socket time-out shorter than the longest statement, and not
     *     through a pooler that switches connections between transactions
     */
    public SchemaMigration(DataSource database) {
        this(database, SCRIPTS);
    }

    SchemaMigration(DataSource database, String... scripts) {
        this.database = database;
        this.scripts = scripts.clone();
    }

    /**
     * Migrates the schema.
     *
     * @return the number of migrations applied
     * @throws IllegalStateException when the schema is newer than this program, or the database does not answer
     * @throws FlywayException when a script failed, or a table stayed locked for two minutes. On PostgreSQL the script was
     *     rolled back or is repeatable; H2 keeps the effect of the statements that succeeded
     */
    public int migrate() {
        boolean postgres = isPostgres();
        Flyway flyway = flyway(postgres);
        refuseNewer(flyway);
        for (int run = 1; ; run++) {
            try {
                if (postgres) {
                    forgetBrokenOff(flyway);
                }
                return flyway.migrate().migrationsExecuted;
            } catch (FlywayException e) {
                if (run == MOST_RUNS || !behindALock(e)) {
                    throw e;
                }
                LOG.migrationWaits(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private Flyway flyway(boolean postgres) {
        String schema = postgres ? SCHEMA : SCHEMA.toUpperCase(Locale.ROOT);
        // this class's loader, not the thread's, because only the former finds the scripts from any calling context of
        // a
        // server
        FluentConfiguration configuration = Flyway.configure(SchemaMigration.class.getClassLoader())
                .dataSource(database)
                .schemas(schema)
                .defaultSchema(schema)
                .locations(scripts)
                .javaMigrations(new LabelExistingBatches())
                // a list that begins with the newest: H2 walks an index in its own direction only, and PostgreSQL
                // compares
                // rows of columns only where all have the same direction
                .placeholders(Map.of("concurrently", postgres ? "CONCURRENTLY" : "", "newest", postgres ? "" : "DESC"))
                .lockRetryCount(LOCK_TRIES);
        if (postgres) {
            configuration
                    .initSql(SESSION)
                    // CREATE INDEX CONCURRENTLY waits for all open transactions, hence also for one that holds Flyway's
                    // lock
                    .configuration(Map.of("flyway.postgresql.transactional.lock", "false"));
        }
        return configuration.load();
    }

    private static void refuseNewer(Flyway flyway) {
        MigrationInfo[] all = flyway.info().all();
        MigrationVersion known = newest(all, false);
        MigrationVersion found = newest(all, true);
        if (found.compareTo(known) > 0) {
            throw new IllegalStateException(
                    "the catalog's schema has version " + found + ", created by a newer Backfill;"
                            + " this program knows versions up to " + known
                            + ". Start the newer program, or restore the backup that was made before the upgrade");
        }
    }

    private static MigrationVersion newest(MigrationInfo[] migrations, boolean applied) {
        return Arrays.stream(migrations)
                .filter(one ->
                        applied ? one.getState().isApplied() : one.getState().isResolved())
                .filter(one -> one.getVersion() != null)
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder())
                .orElse(MigrationVersion.EMPTY);
    }

    /** Removes the history entry of a script that failed outside a transaction; Flyway refuses to continue while it exists. */
    private void forgetBrokenOff(Flyway flyway) {
        if (Arrays.stream(flyway.info().all()).noneMatch(one -> one.getState().isFailed())) {
            return;
        }
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM " + SCHEMA + ".flyway_schema_history WHERE NOT success");
        } catch (SQLException e) {
            throw away(e);
        }
    }

    private static boolean behindALock(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && BEHIND_A_LOCK.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    private boolean isPostgres() {
        try (Connection connection = database.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        } catch (SQLException e) {
            throw away(e);
        }
    }

    private static IllegalStateException away(SQLException e) {
        return new IllegalStateException("the catalog's database does not answer: " + e.getMessage(), e);
    }
}
