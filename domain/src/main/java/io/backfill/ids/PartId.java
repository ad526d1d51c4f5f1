package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** The id of one part of a resumable upload: {@code part_} and 32 hex digits. */
public record PartId(String value) implements Comparable<PartId> {
    public static final String PREFIX = "part_";

    public PartId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<PartId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new PartId(text)) : Optional.empty();
    }

    public Instant createdAt() {
        return TimeOrderedHex.createdAt(PREFIX, value);
    }

    @Override
    public int compareTo(PartId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
