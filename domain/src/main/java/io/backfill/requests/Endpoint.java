package io.backfill.requests;

import java.util.Arrays;
import java.util.Optional;

/**
 * Properties of an endpoint beyond its path: the body field that it requires, for which some endpoints accept alternatives, and
 * its name in messages. Paths that are not listed here can be allowed by configuration; their bodies are not inspected.
 */
public enum Endpoint {
    CHAT_COMPLETIONS("/v1/chat/completions", "messages", "Chat Completions"),
    COMPLETIONS("/v1/completions", "prompt", "Completions"),
    EMBEDDINGS("/v1/embeddings", "input", "Embeddings"),
    RESPONSES("/v1/responses", "input", "Responses"),
    MODERATIONS("/v1/moderations", "input", "Moderations"),
    /** Anthropic's Messages. The model itself judges their bodies, as in Anthropic's batches. */
    MESSAGES("/v1/messages", "messages", "Messages");

    private final String path;
    private final String requiredField;
    private final String title;

    Endpoint(String path, String requiredField, String title) {
        this.path = path;
        this.requiredField = requiredField;
        this.title = title;
    }

    public String path() {
        return path;
    }

    public String requiredField() {
        return requiredField;
    }

    public String title() {
        return title;
    }

    /** Whether the model generates output tokens. Other endpoints are done when the prompt has been processed. */
    public boolean generates() {
        return this != EMBEDDINGS && this != MODERATIONS;
    }

    public static Optional<Endpoint> ofPath(String path) {
        return Arrays.stream(values())
                .filter(endpoint -> endpoint.path.equals(path))
                .findFirst();
    }
}
