package io.backfill.benchmarks.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Decides which events of a stream brought a part of the answer. */
final class TokenEvent {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenEvent() {}

    /**
     * Returns whether the data of an event is a part of the answer. The first event often carries only the role, the last one only
     * usage or the reason of the end. A part may be empty: a token that is half a character has no text yet.
     */
    static boolean isToken(String data) {
        JsonNode choice;
        try {
            choice = JSON.readTree(data).path("choices").path(0);
        } catch (JsonProcessingException endMark) {
            return false;
        }
        JsonNode delta = choice.path("delta");
        for (String field : new String[] {"content", "reasoning_content", "reasoning"}) {
            JsonNode text = delta.path(field);
            if (!text.asText("").isEmpty() && text.isTextual()) {
                return true;
            }
        }
        boolean ended = choice.path("finish_reason").isTextual();
        return delta.path("content").isTextual() && !delta.has("role") && !ended;
    }
}
