package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of log messages in the operator's documentation must list every message with its level, and no others. */
class LogIdsTest {
    private static final Path HOME = Path.of(System.getProperty("backfill.home", "../.."));
    private static final Pattern MESSAGE =
            Pattern.compile("@LogMessage\\(level = (\\w+)\\)\\s*@Message\\(\\s*id = (\\d+)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| BF([\\d, ]+) \\| (ERROR|WARN|INFO) \\|");

    @Test
    void everyMessageShouldBeDocumentedWithItsLevel() throws IOException {
        assertThat(documented()).containsExactlyEntriesOf(logged()).hasSizeGreaterThan(40);
    }

    /** Returns the level of each id, from the interfaces of the message loggers. */
    private static Map<Integer, String> logged() throws IOException {
        Map<Integer, String> logged = new TreeMap<>();
        for (Path source : sources()) {
            Matcher message = MESSAGE.matcher(Files.readString(source));
            while (message.find()) {
                String other = logged.put(Integer.parseInt(message.group(2)), message.group(1));
                assertThat(other)
                        .as("the second message with id " + message.group(2))
                        .isNull();
            }
        }
        return logged;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("adapters", "ejb", "web", "batch-jobs", "k8s", "worker")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith("Log.java")).forEach(sources::add);
            }
        }
        return sources;
    }

    private static Map<Integer, String> documented() throws IOException {
        Map<Integer, String> documented = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(HOME.resolve("docs/operations.md")));
        while (row.find()) {
            for (String id : row.group(1).split(", ")) {
                documented.put(Integer.parseInt(id), row.group(2));
            }
        }
        return documented;
    }
}
