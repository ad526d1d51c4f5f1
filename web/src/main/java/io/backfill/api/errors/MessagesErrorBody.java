package io.backfill.api.errors;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.results.MessageOutcome;

/** The JSON envelope of an error on the routes of Anthropic's dialect. */
public record MessagesErrorBody(
        @JsonProperty("type") String type,
        @JsonProperty("error") Details error,
        @JsonProperty("request_id") String requestId) {
    /** The fields of an error. */
    public record Details(String type, String message) {}

    /** Returns the envelope of a failed request. */
    public static MessagesErrorBody of(ErrorAnswer answer, String requestId) {
        return new MessagesErrorBody(
                "error",
                new Details(
                        MessageOutcome.typeOfStatus(answer.status()),
                        answer.body().error().message()),
                requestId);
    }
}
