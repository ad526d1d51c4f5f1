package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** A file's id: {@code file-} and 32 hex digits. */
public record FileId(String value) implements Comparable<FileId> {
    public static final String PREFIX = "file-";

    public FileId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** The id that {@code text} spells, or empty when it never was one. */
    public static Optional<FileId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new FileId(text)) : Optional.empty();
    }

    public Instant createdAt() {
        return TimeOrderedHex.createdAt(PREFIX, value);
    }

    @Override
    public int compareTo(FileId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
