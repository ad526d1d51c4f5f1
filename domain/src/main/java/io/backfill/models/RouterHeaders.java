package io.backfill.models;

import java.util.Optional;

/**
 * What a router in front of the model is told of each call.
 *
 * @param objective the class of the calls, as the router knows it
 */
public record RouterHeaders(Kind kind, Optional<String> objective) {
    public static final RouterHeaders NONE = new RouterHeaders(Kind.NONE, Optional.empty());

    /** Whose names the headers have. */
    public enum Kind {
        NONE,
        LLM_D,
        /** The names before llm-d's, of the gateway API inference extension. */
        GATEWAY_API
    }
}
