package io.backfill.benchmarks.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The bodies of the chat completions that one model is sent.
 *
 * @param ignoreEos whether answers have exactly the requested length, by {@code ignore_eos}, which not every server accepts
 */
public record ChatBody(String model, boolean ignoreEos) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Returns a body with one user message. */
    public ObjectNode of(String text, int maxTokens) {
        ObjectNode body = JSON.createObjectNode();
        body.put("model", model).put("max_tokens", maxTokens).put("temperature", 0);
        if (ignoreEos) {
            body.put("ignore_eos", true);
        }
        body.putArray("messages").addObject().put("role", "user").put("content", text);
        return body;
    }

    /** Returns a body whose answer is a stream. */
    ObjectNode streamed(String text, int maxTokens) {
        return of(text, maxTokens).put("stream", true);
    }

    /** Returns a line of a batch. */
    public String line(String customId, String text, int maxTokens) {
        ObjectNode line = JSON.createObjectNode();
        line.put("custom_id", customId).put("method", "POST").put("url", "/v1/chat/completions");
        line.set("body", of(text, maxTokens));
        return line.toString();
    }
}
