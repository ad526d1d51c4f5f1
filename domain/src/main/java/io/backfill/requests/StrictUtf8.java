package io.backfill.requests;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks whether bytes are UTF-8 as defined by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Implemented
 * here because the JDK validates only while copying into chars.
 */
public final class StrictUtf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private StrictUtf8() {}

    public static boolean valid(byte[] bytes, int start, int length) {
        int end = start + length;
        int i = start;
        while (i < end) {
            for (int limit = end - 31; i < limit; i += 32) {
                if (((word(bytes, i) | word(bytes, i + 8) | word(bytes, i + 16) | word(bytes, i + 24)) & HIGH_BITS)
                        != 0) {
                    break;
                }
            }
            while (i + 8 <= end && (word(bytes, i) & HIGH_BITS) == 0) {
                i += 8;
            }
            while (i < end && bytes[i] >= 0) {
                i++;
            }
            if (i < end) {
                int next = endOfCharacter(bytes, i, end);
                if (next < 0) {
                    return false;
                }
                i = next;
            }
        }
        return true;
    }

    private static long word(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** Returns the index after the multi-byte character at {@code i}, or -1 if there is no valid character. */
    private static int endOfCharacter(byte[] bytes, int i, int end) {
        int lead = bytes[i] & 0xFF;
        int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || i + more >= end) {
            return -1;
        }
        int second = bytes[i + 1] & 0xFF;
        int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return -1;
        }
        for (int k = 2; k <= more; k++) {
            if ((bytes[i + k] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return i + more + 1;
    }
}
