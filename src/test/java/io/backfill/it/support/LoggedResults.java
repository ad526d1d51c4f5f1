package io.backfill.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a batch's result log from the disk of a server that has been killed. */
public final class LoggedResults {
    /** A line without its line feed was cut off by the kill and does not count. */
    private static final Pattern WHOLE_LINE = Pattern.compile("(?m)^\\{\"id\":\"(batch_req_[0-9a-f]{32})\".*\\}\\n");

    private LoggedResults() {}

    /** Returns the ids of all whole result lines; none if the batch has no folder yet. */
    public static Set<String> read(Path dataDir, String batchId) throws IOException {
        Set<String> ids = new HashSet<>();
        for (Path file : Folders.files(dataDir.resolve("store/batches").resolve(batchId))) {
            Matcher lines = WHOLE_LINE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            while (lines.find()) {
                ids.add(lines.group(1));
            }
        }
        return ids;
    }
}
