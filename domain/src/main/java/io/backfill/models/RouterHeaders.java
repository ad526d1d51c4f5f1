package io.backfill.models;

import java.util.Optional;

/**
 * Headers that describe each call to a router in front of the model.
 *
 * @param objective class of the calls, as the router names it
 */
public record RouterHeaders(Kind kind, Optional<String> objective) {
    public static final RouterHeaders NONE = new RouterHeaders(Kind.NONE, Optional.empty());

    /** Naming scheme of the headers. */
    public enum Kind {
        NONE,
        LLM_D,
        /** The older names, of the Gateway API Inference Extension. */
        GATEWAY_API
    }
}
