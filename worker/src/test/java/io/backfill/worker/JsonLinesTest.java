package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final JsonLines lines = new JsonLines(new PrintStream(out), () -> Instant.parse("2026-11-20T10:11:12.5Z"));

    @Test
    void lineShouldHaveContextAndFieldsByTheirTypes() {
        lines.context("batch", "batch_1");
        lines.context("partition", 3);
        lines.info("shard runs", Map.of("cpu_seconds", 1.25));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"time\":\"2026-11-20T10:11:12.500Z\",\"level\":\"INFO\",\"message\":\"shard runs\","
                        + "\"batch\":\"batch_1\",\"partition\":3,\"cpu_seconds\":1.25}\n");
    }

    @Test
    void textShouldStayOneShortLineWhateverItHolds() throws Exception {
        lines.error("a \"quoted\"\nline é😀 " + "x".repeat(5000), Map.of("exit", 69));
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text.lines()).hasSize(1);
        assertThat(text.length()).isLessThan(1200);
        JsonNode line = new ObjectMapper().readTree(text);
        assertThat(line.get("message").asText()).startsWith("a \"quoted\"\nline é😀 xxx");
        assertThat(line.get("exit").asInt()).isEqualTo(69);
    }

    @Test
    void aLongTextShouldNotEndInHalfACharacter() throws Exception {
        lines.warn("x".repeat(999) + "😀 and more");
        lines.warn("x".repeat(998) + "😀 and more");

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .map(line -> new ObjectMapper().readTree(line).get("message").asText())
                .containsExactly("x".repeat(999) + "…", "x".repeat(998) + "😀…");
    }
}
