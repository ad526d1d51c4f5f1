package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** A batch's id: {@code batch_} and 32 hex digits. */
public record BatchId(String value) implements Comparable<BatchId> {
    public static final String PREFIX = "batch_";

    public BatchId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<BatchId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new BatchId(text)) : Optional.empty();
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
