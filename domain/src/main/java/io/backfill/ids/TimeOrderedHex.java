package io.backfill.ids;

import java.time.Instant;
import java.util.regex.Pattern;

/** The 32 hex digits after an id's prefix: 8 of the creation second, 3 of its millisecond, 21 random. */
final class TimeOrderedHex {
    static final int LENGTH = 32;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{" + LENGTH + "}");

    private TimeOrderedHex() {}

    static boolean matches(String prefix, String id) {
        return id.startsWith(prefix)
                && HEX.matcher(id.substring(prefix.length())).matches();
    }

    static void require(String prefix, String id) {
        if (!matches(prefix, id)) {
            throw new IllegalArgumentException("not an id of the form " + prefix + "<32 hex digits>: " + id);
        }
    }

    /** Returns the creation time with millisecond precision. */
    static Instant createdAt(String prefix, String id) {
        String hex = id.substring(prefix.length());
        long second = Long.parseLong(hex, 0, 8, 16);
        long millisecond = Math.min(999, Long.parseLong(hex, 8, 11, 16));
        return Instant.ofEpochSecond(second, millisecond * 1_000_000);
    }
}
