package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The result of a benchmark, as a table for people and as a file for programs. */
record Report(String name, String commit, String machine, List<Measure> rows) {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    Report {
        rows = List.copyOf(rows);
    }

    void print(PrintStream out) {
        int width = rows.stream().mapToInt(row -> row.measure().length()).max().orElse(0);
        String layout = "  %-" + Math.max(width, 7) + "s  %14s %-8s %14s %8s %12s  %s%n";
        out.printf(Locale.ROOT, layout, "measure", "value", "unit", "yardstick", "ratio", "target", "");
        for (Measure row : rows) {
            out.printf(
                    Locale.ROOT,
                    layout,
                    row.measure(),
                    Measure.plain(row.value()),
                    row.unit(),
                    row.yardstick().map(Measure::plain).orElse("-"),
                    row.ratio().map(Measure::plain).orElse("-"),
                    row.target().orElse("-"),
                    row.target().isEmpty() ? "" : row.ok() ? "ok" : "MISSED");
        }
    }

    /** Writes {@code folder/NAME-<time>.json} and returns its path. */
    Path write(Path folder, InstantSource clock) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        root.put("name", name).put("commit", commit).put("machine", machine);
        ArrayNode array = root.putArray("rows");
        for (Measure row : rows) {
            ObjectNode object = array.addObject();
            object.put("measure", row.measure());
            if (Double.isFinite(row.value())) {
                object.put("value", row.value());
            } else {
                object.putNull("value");
            }
            object.put("unit", row.unit());
            object.put("yardstick", row.yardstick().filter(Double::isFinite).orElse(null));
            object.put("ratio", row.ratio().filter(Double::isFinite).orElse(null));
            object.put("target", row.target().orElse(null));
            object.put("ok", row.ok());
        }
        Path file = Files.createDirectories(folder).resolve(name + "-" + STAMP.format(clock.instant()) + ".json");
        Files.writeString(file, json.writeValueAsString(root) + "\n");
        return file;
    }
}
