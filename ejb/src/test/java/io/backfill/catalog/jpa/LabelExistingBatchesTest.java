package io.backfill.catalog.jpa;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.SampleBatches;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.Test;

class LabelExistingBatchesTest {
    /** More than a step of the migration. */
    private static final int BATCHES = 1_100;

    @Test
    void theRowsShouldBeThoseThatTheCatalogWrites() throws SQLException {
        try (CatalogDatabase database = CatalogDatabase.h2("jdbc:h2:mem:labels;DB_CLOSE_DELAY=-1")) {
            database.batches.insert(SampleBatches.full(BATCHES + 1));
            for (int n = 1; n <= BATCHES; n++) {
                Batch batch = SampleBatches.labelled(ADA, n, "c" + n % 7, "h");
                database.batches.insert(batch);
                if (n % 2 == 0) {
                    Batch planned = BatchTransitions.apply(batch, new BatchEvent.Planned(1, Optional.of("m\0")), NOON);
                    assertThat(database.batches.replace(batch, planned, List.of()))
                            .isTrue();
                }
            }
            TreeSet<String> before = rows(database);
            assertThat(before).hasSize(2 + BATCHES * 2 + BATCHES / 2 * 3);
            database.execute("DELETE FROM backfill.batch_labels");

            try (Connection connection = database.pool().getConnection()) {
                connection.setSchema("BACKFILL");
                new LabelExistingBatches().migrate(context(connection));
            }

            assertThat(rows(database)).isEqualTo(before);
        }
    }

    private static TreeSet<String> rows(CatalogDatabase database) throws SQLException {
        TreeSet<String> rows = new TreeSet<>();
        try (Connection connection = database.pool().getConnection();
                ResultSet found = connection
                        .createStatement()
                        .executeQuery("SELECT id || label || tenant || status FROM backfill.batch_labels")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    private static Context context(Connection connection) {
        return new Context() {
            @Override
            public Configuration getConfiguration() {
                return new FluentConfiguration();
            }

            @Override
            public Connection getConnection() {
                return connection;
            }
        };
    }
}
