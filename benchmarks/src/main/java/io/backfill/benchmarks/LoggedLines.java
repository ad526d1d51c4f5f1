package io.backfill.benchmarks;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the lines with a complete result line in a batch's result log, read from the directory store of a dead server. */
final class LoggedLines {
    /** A result begins with its id, which identifies its line. */
    private static final Pattern ID = Pattern.compile("^\\{\"id\":\"(batch_req_[0-9a-f]{32})\"");

    /** Matches complete files only: a store writes unfinished ones under other names. */
    private static final Pattern RESULTS = Pattern.compile("e[0-9]+-.*\\.(out|err)");

    private static final int HEAD = 64;
    private static final int ATTEMPTS = 20;

    private LoggedLines() {}

    /** Returns the ids in all files below the folder of the batch; empty if the folder does not exist yet. */
    static Set<String> read(Path dataDir, String batchId) throws IOException {
        return of(dataDir.resolve("store"), batchId);
    }

    /** Reads a shared store that other nodes may be writing to. Files that are moved in the meantime are looked up again. */
    static Set<String> of(Path store, String batchId) throws IOException {
        Path folder = store.resolve("batches").resolve(batchId);
        for (int attempt = 1; ; attempt++) {
            try {
                return all(folder);
            } catch (NoSuchFileException | UncheckedIOException moved) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("the log of " + batchId + " keeps changing while it is read", moved);
                }
            }
        }
    }

    private static Set<String> all(Path folder) throws IOException {
        Set<String> ids = new HashSet<>();
        if (!Files.isDirectory(folder)) {
            return ids;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file ->
                            RESULTS.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
        for (Path file : files) {
            readFile(file, ids);
        }
        return ids;
    }

    /** Reads the ids of one file. A line without its line feed was cut off by the kill and does not count. */
    private static void readFile(Path file, Set<String> ids) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream head = new ByteArrayOutputStream(HEAD);
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    Matcher matcher = ID.matcher(head.toString(StandardCharsets.US_ASCII));
                    if (matcher.find()) {
                        ids.add(matcher.group(1));
                    }
                    head.reset();
                } else if (head.size() < HEAD) {
                    head.write(b);
                }
            }
        }
    }
}
