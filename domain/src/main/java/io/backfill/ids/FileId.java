package io.backfill.ids;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/** A file's id: {@code file-} and 32 hex digits. */
public record FileId(String value) implements Comparable<FileId> {
    public static final String PREFIX = "file-";
    private static final int TAIL_DIGITS = 8;

    public FileId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<FileId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new FileId(text)) : Optional.empty();
    }

    /** Returns this id with its last 8 digits replaced. Ids of one generator differ in the digits before. */
    public FileId endingIn(int tail) {
        int end = value.length() - TAIL_DIGITS;
        return new FileId(value.substring(0, end) + HexFormat.of().toHexDigits(tail));
    }

    /** Returns the value of the last 8 digits. */
    public int tail() {
        return HexFormat.fromHexDigits(value, value.length() - TAIL_DIGITS, value.length());
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
