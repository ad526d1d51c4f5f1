package io.backfill.catalog.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Brings the catalog's schema to the newest version. Run it before the first use of a catalog, outside any transaction. Runs that
 * meet (several nodes starting at once) wait for each other; a run on a schema that is new already changes nothing.
 */
public final class SchemaMigration {
    /** As the persistence unit names it. A schema of our own: foreign tables in it would make Flyway skip the first version. */
    private static final String SCHEMA = "backfill";

    private final DataSource database;

    public SchemaMigration(DataSource database) {
        this.database = database;
    }

    /**
     * Migrates.
     *
     * @return how many migrations were applied
     * @throws org.flywaydb.core.api.FlywayException when the database is away, newer than this program, or a script failed (then
     *     nothing of that script is left on PostgreSQL; H2 keeps the statements that worked)
     */
    public int migrate() {
        String schema = schemaAsStored();
        // this class's loader, not the thread's: only the former sees the scripts in every place a server may call from
        return Flyway.configure(SchemaMigration.class.getClassLoader())
                .dataSource(database)
                .schemas(schema)
                .defaultSchema(schema)
                .locations("classpath:db/migration")
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /** Flyway quotes the name, everybody else does not: so write it as the database stores unquoted names. */
    private String schemaAsStored() {
        try (Connection connection = database.getConnection()) {
            return connection.getMetaData().storesUpperCaseIdentifiers() ? SCHEMA.toUpperCase(Locale.ROOT) : SCHEMA;
        } catch (SQLException e) {
            throw new IllegalStateException("The catalog's database does not answer: " + e.getMessage(), e);
        }
    }
}
