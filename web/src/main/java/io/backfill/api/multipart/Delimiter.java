package io.backfill.api.multipart;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes between two parts: line end, two dashes, boundary; and one more, which tells a delimiter from a part's own bytes that
 * only begin like one. Found by Horspool's search, which looks at a fraction of the bytes only.
 */
final class Delimiter {
    private static final String MAY_FOLLOW = "-\r \t";

    private final byte[] pattern;
    /** How far a byte, standing at the pattern's last place, lets the search jump. */
    private final int[] jumps = new int[256];

    Delimiter(Boundary boundary) {
        pattern = ("\r\n--" + boundary.value()).getBytes(StandardCharsets.UTF_8);
        int last = pattern.length - 1;
        Arrays.fill(jumps, pattern.length);
        for (int i = 0; i < last; i++) {
            jumps[pattern[i] & 0xFF] = last - i;
        }
    }

    /** Its bytes without the one that follows. */
    int length() {
        return pattern.length;
    }

    /** How many bytes must be there to recognise it. */
    int recognisableLength() {
        return pattern.length + 1;
    }

    /** Where the first delimiter begins that lies in {@code bytes} between the two positions, with what follows it; or -1. */
    int find(byte[] bytes, int from, int to) {
        int last = pattern.length - 1;
        for (int at = from; at + recognisableLength() <= to; at += jumps[bytes[at + last] & 0xFF]) {
            // the last byte tells most places apart, and is looked at anyway
            if (bytes[at + last] == pattern[last]
                    && Arrays.equals(bytes, at, at + last, pattern, 0, last)
                    && MAY_FOLLOW.indexOf(bytes[at + pattern.length]) >= 0) {
                return at;
            }
        }
        return -1;
    }
}
