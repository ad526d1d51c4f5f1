package io.backfill.api.multipart;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes between two parts: line end, two dashes and the boundary. One more byte distinguishes a delimiter from bytes of a part
 * that only begin like one. Found by Horspool's search, which inspects only a fraction of the bytes.
 */
final class Delimiter {
    private static final String MAY_FOLLOW = "-\r \t";

    private final byte[] pattern;
    /** For each byte value, the distance that the search may advance if this byte is at the last position of the pattern. */
    private final int[] jumps = new int[256];

    Delimiter(Boundary boundary) {
        pattern = ("\r\n--" + boundary.value()).getBytes(StandardCharsets.UTF_8);
        int last = pattern.length - 1;
        Arrays.fill(jumps, pattern.length);
        for (int i = 0; i < last; i++) {
            jumps[pattern[i] & 0xFF] = last - i;
        }
    }

    /** Returns the length without the byte that follows. */
    int length() {
        return pattern.length;
    }

    /** Returns how many bytes are needed to recognize a delimiter. */
    int recognisableLength() {
        return pattern.length + 1;
    }

    /**
     * Returns the start of the first delimiter that lies, with the byte after it, between the two positions; -1 if there is none.
     */
    int find(byte[] bytes, int from, int to) {
        int last = pattern.length - 1;
        for (int at = from; at + recognisableLength() <= to; at += jumps[bytes[at + last] & 0xFF]) {
            // compare the last byte first: the jump reads it anyway, and it rules out most positions
            if (bytes[at + last] == pattern[last]
                    && Arrays.equals(bytes, at, at + last, pattern, 0, last)
                    && MAY_FOLLOW.indexOf(bytes[at + pattern.length]) >= 0) {
                return at;
            }
        }
        return -1;
    }
}
