package io.backfill.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tables of recorded figures: comma-separated, the names of the columns first. */
final class RecordedTable {
    private RecordedTable() {}

    /** One row, by the names of the columns. */
    record Row(Map<String, String> cells) {
        String get(String column) {
            String cell = cells.get(column);
            if (cell == null) {
                throw new IllegalArgumentException("no column '" + column + "'");
            }
            return cell;
        }

        /** Returns a number, or NaN for a dash: not recorded. */
        double number(String column) {
            return get(column).equals("-") ? Double.NaN : Double.parseDouble(get(column));
        }
    }

    static List<Row> read(String name) {
        List<String> lines;
        try (InputStream in = RecordedTable.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no table '" + name + "'");
            }
            lines = new String(in.readAllBytes(), US_ASCII).lines().toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        String[] columns = lines.getFirst().split(",");
        List<Row> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < columns.length; i++) {
                row.put(columns[i], cells[i]);
            }
            rows.add(new Row(row));
        }
        return rows;
    }
}
