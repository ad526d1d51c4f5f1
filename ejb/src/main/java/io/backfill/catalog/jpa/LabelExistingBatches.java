package io.backfill.catalog.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;

/**
 * Fills {@code batch_labels} for the batches that exist. In Java, because the labels are hashes of JSON members. Reads and
 * writes in steps, so that its memory does not depend on the number of batches.
 */
final class LabelExistingBatches implements JavaMigration {
    private static final int STEP = 1000;

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("20.1");
    }

    @Override
    public String getDescription() {
        return "label existing batches";
    }

    @Override
    public Integer getChecksum() {
        return 1;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws SQLException {
        String cursor = "";
        List<Row> rows;
        do {
            rows = rows(context.getConnection(), cursor);
            insert(context.getConnection(), rows);
            cursor = rows.isEmpty() ? cursor : rows.getLast().id();
        } while (rows.size() == STEP);
    }

    private record Row(
            String id, String tenant, String status, Optional<String> model, Optional<Map<String, String>> metadata) {
        List<String> labels() {
            List<String> labels = new ArrayList<>(BatchLabels.ofMetadata(metadata));
            model.ifPresent(name -> labels.addAll(BatchLabels.ofModel(name, metadata)));
            return labels;
        }
    }

    private static List<Row> rows(Connection connection, String after) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, tenant, status, model, metadata FROM batches WHERE id > ? ORDER BY id LIMIT " + STEP)) {
            select.setString(1, after);
            List<Row> rows = new ArrayList<>();
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    rows.add(new Row(
                            found.getString(1),
                            found.getString(2),
                            found.getString(3),
                            Optional.ofNullable(found.getString(4)),
                            Optional.ofNullable(found.getString(5)).map(JsonColumns::metadata)));
                }
            }
            return rows;
        }
    }

    private static void insert(Connection connection, List<Row> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO batch_labels (id, label, tenant, status) VALUES (?, ?, ?, ?)")) {
            for (Row row : rows) {
                for (String label : row.labels()) {
                    insert.setString(1, row.id());
                    insert.setString(2, label);
                    insert.setString(3, row.tenant());
                    insert.setString(4, row.status());
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }
}
