package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.LineError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonColumnsTest {
    @Test
    void errorsShouldReadAsTheyWereWritten() {
        List<LineError> errors = List.of(
                LineError.ofLine(7, "invalid_url", "not \"that\"\n\u0000 \uD83D\uDE80", "url"),
                LineError.ofLine(1, "c", "m", ""),
                LineError.ofFile("empty_file", "", ""));

        assertThat(JsonColumns.errors(JsonColumns.ofErrors(errors))).isEqualTo(errors);
        assertThat(JsonColumns.errors(JsonColumns.ofErrors(List.of()))).isEmpty();
    }

    @Test
    void aFieldOfALaterVersionShouldBeSkipped() {
        assertThat(JsonColumns.errors("[{\"code\":\"c\",\"later\":{\"x\":[1]},\"message\":\"m\"}]"))
                .containsExactly(LineError.ofFile("c", "m", ""));
    }

    @Test
    void emptyMetadataShouldStayEmpty() {
        assertThat(JsonColumns.metadata(JsonColumns.ofMetadata(Map.of()))).isEmpty();
    }

    @Test
    void textThatPostgresCannotKeepShouldBeEscaped() {
        assertThat(JsonColumns.ofMetadata(Map.of("k", "\u0000"))).doesNotContain("\u0000");
    }
}
