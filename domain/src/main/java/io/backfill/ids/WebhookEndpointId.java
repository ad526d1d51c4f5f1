package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** A webhook endpoint's id: {@code whe_} and 32 hex digits. */
public record WebhookEndpointId(String value) implements Comparable<WebhookEndpointId> {
    public static final String PREFIX = "whe_";

    public WebhookEndpointId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<WebhookEndpointId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new WebhookEndpointId(text)) : Optional.empty();
    }

    public Instant createdAt() {
        return TimeOrderedHex.createdAt(PREFIX, value);
    }

    @Override
    public int compareTo(WebhookEndpointId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
