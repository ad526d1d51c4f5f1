package io.backfill.benchmarks.bare;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The unchanged bodies of a file of requests; {@code body} must be the last member of each line. */
final class RequestBodies {
    private static final String BODY = "\"body\":";

    private RequestBodies() {}

    static List<byte[]> read(Path file) throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                bodies.add(bodyOf(line).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bodies;
    }

    static String bodyOf(String line) throws IOException {
        int start = line.indexOf(BODY);
        int end = line.lastIndexOf('}');
        if (start < 0 || end < start) {
            throw new IOException("a line without body: " + line);
        }
        return line.substring(start + BODY.length(), end);
    }
}
