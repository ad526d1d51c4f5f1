package io.backfill.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A garbage-collection log written with {@code -Xlog:gc}. */
final class GcLog {
    /** Matches {@code Pause Full (Diagnostic Command) 312M->85M(1024M) 71.2ms}. */
    private static final Pattern FULL = Pattern.compile("Pause Full .*?(\\d+)M->(\\d+)M\\(");

    private GcLog() {}

    /** Returns the current number of lines of the log. */
    static int length(Path log) throws IOException {
        return Files.readAllLines(log).size();
    }

    /** Returns the maximum of live data in MiB after a full collection from line {@code from} on; empty if there was none. */
    static OptionalLong mostAliveMib(Path log, int from) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.min(from, lines.size()), lines.size()).stream()
                .map(FULL::matcher)
                .filter(Matcher::find)
                .mapToLong(pause -> Long.parseLong(pause.group(2)))
                .max();
    }
}
