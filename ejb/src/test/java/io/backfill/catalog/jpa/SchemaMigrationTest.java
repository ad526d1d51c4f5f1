package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Racers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

class SchemaMigrationTest {
    @Test
    void migrateShouldDoNothingTheSecondTime() {
        JdbcConnectionPool database = h2("twice");

        assertThat(new SchemaMigration(database).migrate()).isPositive();
        assertThat(new SchemaMigration(database).migrate()).isZero();
    }

    @Test
    void nodesThatStartAtOnceShouldMigrateOnce() {
        JdbcConnectionPool database = h2("together");
        int scripts = new SchemaMigration(h2("alone")).migrate();

        assertThat(Racers.race(4, node -> new SchemaMigration(database).migrate()))
                .satisfies(migrated -> assertThat(
                                migrated.stream().mapToInt(Integer::intValue).sum())
                        .isEqualTo(scripts));
    }

    @Test
    void foreignTablesInTheDefaultSchemaShouldNotHideTheFirstVersion() throws SQLException {
        JdbcConnectionPool database = h2("foreign");
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE job_instance (id BIGINT)");
        }

        assertThat(new SchemaMigration(database).migrate()).isPositive();
    }

    @Test
    void aSchemaOfANewerProgramShouldBeRefusedWithBothVersions() {
        JdbcConnectionPool database = h2("newer");
        new SchemaMigration(database, "classpath:db/migration", "classpath:db/newer").migrate();

        assertThatThrownBy(() -> new SchemaMigration(database).migrate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has version 900")
                .hasMessageMatching("(?s).*versions up to [0-9]{1,2}\\..*");
    }

    private static JdbcConnectionPool h2(String name) {
        return JdbcConnectionPool.create(
                CatalogDatabase.h2Source("jdbc:h2:mem:migration-" + name + ";DB_CLOSE_DELAY=-1"));
    }
}
