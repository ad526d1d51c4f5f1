package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path folder;

    @Test
    void writeShouldKeepEveryKeyAndNullWhatThereIsNot() throws Exception {
        Report report = new Report(
                "lines",
                "abc",
                "2 cores",
                List.of(
                        Measure.of("plain", 1.5, "s"),
                        Measure.atMost("limited", 3, "lines", 2),
                        Measure.of("none", Double.NaN, "s")));

        Path file = report.write(folder, () -> Instant.parse("2026-01-02T03:04:05Z"));

        assertThat(file).hasFileName("lines-20260102T030405Z.json");
        JsonNode rows = new ObjectMapper().readTree(file.toFile()).path("rows");
        assertThat(rows.get(0).path("target").isNull()).isTrue();
        assertThat(rows.get(0).path("ratio").isNull()).isTrue();
        assertThat(rows.get(0).path("ok").asBoolean()).isTrue();
        assertThat(rows.get(1).path("target").asText()).isEqualTo("<= 2");
        assertThat(rows.get(1).path("ok").asBoolean()).isFalse();
        assertThat(rows.get(2).path("value").isNull()).isTrue();
    }
}
