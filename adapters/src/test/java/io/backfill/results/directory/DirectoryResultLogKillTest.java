package io.backfill.results.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.results.PlannedBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a real {@code kill -9}. */
class DirectoryResultLogKillTest {
    private static final int SIGKILL = 128 + 9;

    @TempDir
    Path root;

    @Test
    void everyAcknowledgedLineShouldBeThereOnceAfterSeveralKills() throws Exception {
        try (LogFixture fixture = LogFixture.planned(root, 40_000)) {
            List<Integer> acknowledged = new ArrayList<>();
            for (int kill = 1; kill <= 4; kill++) {
                acknowledged.addAll(acknowledgedBeforeKill(fixture.batch(), kill, kill * 700));
            }
            List<Integer> found = fixture.found(9);
            assertThat(acknowledged).doesNotHaveDuplicates().hasSizeGreaterThan(7000);
            assertThat(found).doesNotHaveDuplicates().containsAll(acknowledged);
            // at each kill, one line on each of eight threads may be in the log without having been acknowledged
            assertThat(found).hasSizeLessThanOrEqualTo(acknowledged.size() + 4 * 8);
        }
    }

    private List<Integer> acknowledgedBeforeKill(PlannedBatch batch, int epoch, int wanted) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        root.toString(),
                        batch.id().value(),
                        Integer.toString(epoch))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            List<Integer> places = new ArrayList<>();
            for (String line = readWhole(out); line != null; line = readWhole(out)) {
                places.add(Integer.valueOf(line));
                if (places.size() == wanted) {
                    // by its handle, because killing it through Process would discard output that has not been read yet
                    process.toHandle().destroyForcibly();
                }
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(SIGKILL);
            return places;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Returns the next line without its LF; null at the end, or if the kill cut the line off. */
    private static String readWhole(BufferedReader out) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = out.read(); c >= 0; c = out.read()) {
            if (c == '\n') {
                return line.toString();
            }
            line.append((char) c);
        }
        return null;
    }
}
