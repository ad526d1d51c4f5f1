package io.backfill.ids;

import java.time.Instant;
import java.util.Optional;

/** The id of a resumable upload: {@code upload_} and 32 hex digits. */
public record UploadId(String value) implements Comparable<UploadId> {
    public static final String PREFIX = "upload_";

    public UploadId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<UploadId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new UploadId(text)) : Optional.empty();
    }

    public Instant createdAt() {
        return TimeOrderedHex.createdAt(PREFIX, value);
    }

    @Override
    public int compareTo(UploadId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
