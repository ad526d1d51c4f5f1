package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** A batch's id: {@code batch_} and 32 hex digits. */
public record BatchId(String value) implements Comparable<BatchId> {
    public static final String PREFIX = "batch_";
    /** Begins the id of the same batch in Anthropic's dialect. */
    private static final String MESSAGES_PREFIX = "msgbatch_";

    public BatchId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<BatchId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new BatchId(text)) : Optional.empty();
    }

    /** Returns the batch that an id of Anthropic's dialect names, or empty if it is not a valid one. */
    public static Optional<BatchId> parseMessages(String text) {
        return text.startsWith(MESSAGES_PREFIX)
                ? parse(PREFIX + text.substring(MESSAGES_PREFIX.length()))
                : Optional.empty();
    }

    /** Returns the id in Anthropic's dialect: the same digits with another prefix. */
    public String messagesValue() {
        return MESSAGES_PREFIX + value.substring(PREFIX.length());
    }

    public Instant createdAt() {
        return TimeOrderedHex.createdAt(PREFIX, value);
    }

    @Override
    public int compareTo(BatchId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
