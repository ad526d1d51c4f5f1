package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {
    @TempDir
    private Path folder;

    @Test
    void missingAndRepeatedShouldBeCountedOverAllFiles() throws Exception {
        ResultFile sent = ResultFile.read(List.of(file("in", "a", "b", "c")));
        ResultFile came = ResultFile.read(List.of(file("out", "a", "a"), file("err", "c", "a")));

        assertThat(came.missing(sent)).isEqualTo(1);
        assertThat(came.repeated()).isEqualTo(2);
    }

    @Test
    void aLineWithoutCustomIdShouldBeRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("x"), "{\"id\":\"1\"}\n");
        assertThatThrownBy(() -> ResultFile.read(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("custom_id");
    }

    private Path file(String name, String... ids) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String id : ids) {
            lines.append("{\"custom_id\":\"").append(id).append("\"}\n");
        }
        return Files.writeString(folder.resolve(name), lines);
    }
}
