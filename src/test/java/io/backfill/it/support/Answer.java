package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** One HTTP answer, as it was received. */
public record Answer(int status, HttpHeaders headers, byte[] body) {
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        return Json.read(body);
    }

    /** Returns this answer if it has that status; otherwise fails the test with the body. */
    public Answer expect(int status) {
        assertThat(this.status).as("status of the answer %s", text()).isEqualTo(status);
        return this;
    }

    /** Returns the {@code error} object, after checking that it has exactly its four members. */
    public JsonNode error() {
        JsonNode error = json().path("error");
        assertThat(error.fieldNames()).toIterable().containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(headers.firstValue("x-request-id")).isPresent();
        return error;
    }
}
