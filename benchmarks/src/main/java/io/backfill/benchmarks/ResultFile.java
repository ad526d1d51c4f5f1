package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The number of occurrences of each {@code custom_id} in files of lines. */
record ResultFile(Map<String, Integer> occurrences) {
    private static final ObjectMapper JSON = new ObjectMapper();

    ResultFile {
        occurrences = Map.copyOf(occurrences);
    }

    /** Reads all lines of the files, which are requests or results. */
    static ResultFile read(List<Path> files) throws IOException {
        Map<String, Integer> occurrences = new HashMap<>();
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.isBlank()) {
                        occurrences.merge(customId(line), 1, Integer::sum);
                    }
                }
            }
        }
        return new ResultFile(occurrences);
    }

    private static String customId(String line) throws IOException {
        JsonNode id = JSON.readTree(line).path("custom_id");
        if (!id.isTextual()) {
            throw new IOException("a line without custom_id: " + line);
        }
        return id.asText();
    }

    /** Returns how many ids of {@code expected} are missing here. */
    long missing(ResultFile expected) {
        return expected.occurrences.keySet().stream()
                .filter(id -> !occurrences.containsKey(id))
                .count();
    }

    /** Returns the number of lines beyond the first of each id. */
    long repeated() {
        return occurrences.values().stream().mapToLong(times -> times - 1L).sum();
    }
}
