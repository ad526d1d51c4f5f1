package io.backfill.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open calls must not need memory for their answers. Tested in a separate process whose heap is far smaller than the answers. */
class LargeAnswersMemoryTest {
    @TempDir
    Path root;

    @Test
    void manyLargeAnswersAtOnceShouldFitIntoASmallHeap() throws Exception {
        assertThat(found(48, 40, 4 << 20)).isEqualTo("found 40 lines, 280 tokens, 0 spools");
    }

    @Test
    @Tag("slow")
    void sixtyFourAnswersOf64MegabytesShouldFitIntoAGigabyte() throws Exception {
        assertThat(found(1024, 64, 63 << 20)).isEqualTo("found 64 lines, 448 tokens, 0 spools");
    }

    @Test
    @Tag("slow")
    void fiveHundredAndTwelveAnswersOf3MegabytesShouldFitIntoAGigabyte() throws Exception {
        assertThat(found(1024, 512, 3 << 20)).isEqualTo("found 512 lines, 3584 tokens, 0 spools");
    }

    private String found(int heapMegabytes, int calls, int size) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Xmx" + heapMegabytes + "m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeAnswersProcess.class.getName(),
                        root.toString(),
                        Integer.toString(calls),
                        Integer.toString(size)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            String line = out.readLine();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isZero();
            return line;
        } finally {
            process.destroyForcibly();
        }
    }
}
