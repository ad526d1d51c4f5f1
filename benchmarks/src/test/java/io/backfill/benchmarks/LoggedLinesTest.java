package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggedLinesTest {
    private static final String FIRST = "batch_req_" + "a".repeat(24) + "00000001";
    private static final String SECOND = "batch_req_" + "a".repeat(24) + "00000002";

    @TempDir
    private Path data;

    @Test
    void readShouldFindWholeLinesInAllFilesOfTheBatchAndNoTornOnes() throws Exception {
        write(
                "b1/p0/e000001-s0001.out",
                "{\"id\":\"" + FIRST + "\",\"custom_id\":\"a\"}\n{\"id\":\"" + SECOND + "\",\"cust");
        write("b1/plan", "{\"id\":\"batch_req_short\"}\nbinary\n");
        write("b1/p0/e000001-s10001-t000002.out-under-way", "{\"id\":\"" + SECOND + "\"}\n");
        write("b2/p0/e000001-s0001.out", "{\"id\":\"" + SECOND + "\"}\n");

        assertThat(LoggedLines.read(data, "b1")).containsExactly(FIRST);
    }

    @Test
    void readShouldFindNothingForABatchThatNeverStarted() throws Exception {
        assertThat(LoggedLines.read(data, "b1")).isEmpty();
    }

    private void write(String path, String text) throws Exception {
        Path file = data.resolve("store/batches").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
