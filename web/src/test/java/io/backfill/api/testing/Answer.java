package io.backfill.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An answer of the server. Header names are in lower case. */
public record Answer(int status, Map<String, List<String>> headers, byte[] bytes) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Answer of(HttpResponse<byte[]> response) {
        Map<String, List<String>> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        return new Answer(response.statusCode(), headers, response.body());
    }

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + status + " " + text(), e);
        }
    }

    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** Returns the text of a member, or the string {@code null}. */
    public String at(String member) {
        JsonNode node = json().get(member);
        assertThat(node).as("member %s of %s", member, text()).isNotNull();
        return node.asText();
    }

    public Answer expect(int expected) {
        assertThat(status).as(this::text).isEqualTo(expected);
        assertThat(header("x-request-id")).as("x-request-id").get().asString().matches("req_[0-9a-f]{32}");
        return this;
    }

    /** Asserts that this is an error with exactly this content in OpenAI's envelope. */
    public Answer expectError(int expected, String message, String param, String code) {
        JsonNode error = expectError(expected);
        assertThat(error.get("message").asText()).isEqualTo(message);
        assertThat(error.get("param").textValue()).isEqualTo(param);
        assertThat(error.get("code").textValue()).isEqualTo(code);
        return this;
    }

    /** Asserts that this is an error in OpenAI's envelope, and returns it. */
    public JsonNode expectError(int expected) {
        expect(expected);
        assertThat(header("content-type")).get().asString().startsWith("application/json");
        List<String> members = new ArrayList<>();
        json().fieldNames().forEachRemaining(members::add);
        assertThat(members).containsExactly("error");
        members.clear();
        json().get("error").fieldNames().forEachRemaining(members::add);
        assertThat(members).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(json().get("error").get("message").asText()).isNotEmpty();
        assertThat(json().get("error").get("type").asText()).isNotEmpty();
        return json().get("error");
    }
}
