package io.backfill.results;

import com.fasterxml.jackson.core.JsonGenerator;
import io.backfill.requests.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The result of a request of Anthropic's dialect that did not succeed, as the JSON of its member {@code result}. */
public record MessageOutcome(String json) {
    public static final MessageOutcome CANCELED = new MessageOutcome("{\"type\":\"canceled\"}");
    public static final MessageOutcome EXPIRED = new MessageOutcome("{\"type\":\"expired\"}");

    /** Returns the result of a request that failed. */
    public static MessageOutcome errored(String type, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = StrictJson.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "errored");
            json.writeObjectFieldStart("error");
            json.writeStringField("type", "error");
            json.writeObjectFieldStart("error");
            json.writeStringField("type", type);
            json.writeStringField("message", message);
            json.writeEndObject();
            json.writeNullField("request_id");
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return new MessageOutcome(out.toString(StandardCharsets.UTF_8));
    }

    /** Returns the type of Anthropic's error object for an HTTP status. */
    public static String typeOfStatus(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 408, 504 -> "timeout_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    /**
     * Returns the result line of a request.
     *
     * @param customId its JSON string, including quotes
     */
    public byte[] line(byte[] customId) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes(MessageResultLines.CUSTOM_ID);
        line.writeBytes(customId);
        line.writeBytes((",\"result\":" + json + "}\n").getBytes(StandardCharsets.UTF_8));
        return line.toByteArray();
    }
}
