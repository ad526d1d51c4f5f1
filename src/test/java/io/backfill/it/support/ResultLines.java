package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An output or error file, parsed strictly: whole lines, each a JSON object with the four members. */
public record ResultLines(List<Line> all) {
    private static final String BEFORE_BODY = "\"body\":";
    private static final String AFTER_BODY = "},\"error\":null}";

    /** One line, as text and as JSON. */
    public record Line(String raw, JsonNode json) {
        public String customId() {
            return json.path("custom_id").asText();
        }

        public int statusCode() {
            return json.path("response").path("status_code").asInt(-1);
        }

        public String errorCode() {
            return json.path("error").path("code").asText("");
        }

        /** Returns the text of {@code response.body}, byte for byte. */
        public String body() {
            int start = raw.indexOf(BEFORE_BODY, raw.indexOf("\"request_id\"")) + BEFORE_BODY.length();
            assertThat(raw).endsWith(AFTER_BODY);
            return raw.substring(start, raw.length() - AFTER_BODY.length());
        }
    }

    static ResultLines of(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        List<Line> lines = new ArrayList<>();
        if (!text.isEmpty()) {
            assertThat(text).endsWith("\n").doesNotContain("\r", "\n\n");
            for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
                JsonNode json = Json.read(line.getBytes(StandardCharsets.UTF_8));
                assertThat(json.fieldNames()).toIterable().containsExactly("id", "custom_id", "response", "error");
                lines.add(new Line(line, json));
            }
        }
        return new ResultLines(List.copyOf(lines));
    }

    public int count() {
        return all.size();
    }

    public List<String> customIds() {
        return all.stream().map(Line::customId).toList();
    }

    public List<String> ids() {
        return all.stream().map(line -> line.json().path("id").asText()).toList();
    }

    /** Returns the only line with this custom id. */
    public Line of(String customId) {
        List<Line> found =
                all.stream().filter(line -> line.customId().equals(customId)).toList();
        assertThat(found).as("lines of %s", customId).hasSize(1);
        return found.getFirst();
    }
}
