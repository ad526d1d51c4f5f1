package io.backfill.simulator.answers;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The paths that a model answers. */
enum Endpoint {
    CHAT("/v1/chat/completions", "messages"),
    COMPLETIONS("/v1/completions", "prompt"),
    EMBEDDINGS("/v1/embeddings", "input"),
    RESPONSES("/v1/responses", "input"),
    MODERATIONS("/v1/moderations", "input"),
    MESSAGES("/v1/messages", "messages");

    private static final Map<String, Endpoint> BY_PATH =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Endpoint::path, endpoint -> endpoint));

    private final String path;
    private final String promptMember;

    Endpoint(String path, String promptMember) {
        this.path = path;
        this.promptMember = promptMember;
    }

    String path() {
        return path;
    }

    /** Returns the member that vLLM requires in the request. */
    String promptMember() {
        return promptMember;
    }

    boolean generatesText() {
        return this != EMBEDDINGS && this != MODERATIONS;
    }

    /** Whether an answer has one text, however many are requested. */
    boolean hasOneChoice() {
        return this == RESPONSES || this == MESSAGES;
    }

    boolean canStream() {
        return this == CHAT || this == COMPLETIONS;
    }

    static Optional<Endpoint> ofPath(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }
}
