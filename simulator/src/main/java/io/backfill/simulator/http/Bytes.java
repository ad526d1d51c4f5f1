package io.backfill.simulator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * A growable, reusable byte buffer with the few write operations that HTTP heads and JSON answers need. Not
 * thread-safe: each connection has its own.
 */
public final class Bytes {
    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final int DIGITS_OF_LONG = 20;

    private final byte[] digits = new byte[DIGITS_OF_LONG];
    private byte[] array;
    private int length;

    public Bytes(int capacity) {
        this.array = new byte[capacity];
    }

    /** Encodes a text constant once. */
    public static byte[] ascii(String text) {
        return text.getBytes(UTF_8);
    }

    public byte[] array() {
        return array;
    }

    public int length() {
        return length;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(array, length);
    }

    public void clear() {
        length = 0;
    }

    /** Discards everything beyond {@code newLength}. */
    public void truncate(int newLength) {
        length = Math.min(length, newLength);
    }

    public Bytes put(byte[] bytes) {
        return put(bytes, 0, bytes.length);
    }

    public Bytes put(byte[] bytes, int offset, int count) {
        room(count);
        System.arraycopy(bytes, offset, array, length, count);
        length += count;
        return this;
    }

    public Bytes put(int oneByte) {
        room(1);
        array[length++] = (byte) oneByte;
        return this;
    }

    /** Appends text as UTF-8; an unpaired surrogate becomes U+FFFD. */
    public Bytes text(String text) {
        room(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                array[length++] = (byte) c;
            } else {
                i = beyondAscii(text, i);
            }
        }
        return this;
    }

    /** Appends a JSON string with its quotes. */
    public Bytes jsonString(String text) {
        room(text.length() * 6 + 2);
        array[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                i = beyondAscii(text, i);
            } else if (c >= ' ' && c != '"' && c != '\\') {
                array[length++] = (byte) c;
            } else {
                escaped(c);
            }
        }
        array[length++] = '"';
        return this;
    }

    /** Appends a JSON string, or {@code null} if the text is empty. */
    public Bytes jsonStringOrNull(String text) {
        return text.isEmpty() ? put(NULL) : jsonString(text);
    }

    private static final byte[] NULL = ascii("null");

    /** Appends a whole number in decimal. */
    public Bytes number(long value) {
        if (value < 0) {
            return text(Long.toString(value));
        }
        int at = DIGITS_OF_LONG;
        long rest = value;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        return put(digits, at, DIGITS_OF_LONG - at);
    }

    /** Appends bytes as lower-case hexadecimal digits. */
    public Bytes hex(byte[] bytes, int offset, int count) {
        room(2 * count);
        for (int i = offset; i < offset + count; i++) {
            array[length++] = HEX[(bytes[i] >> 4) & 0xf];
            array[length++] = HEX[bytes[i] & 0xf];
        }
        return this;
    }

    private void escaped(char c) {
        array[length++] = '\\';
        switch (c) {
            case '"', '\\' -> array[length++] = (byte) c;
            case '\n' -> array[length++] = 'n';
            case '\r' -> array[length++] = 'r';
            case '\t' -> array[length++] = 't';
            default -> {
                array[length++] = 'u';
                array[length++] = '0';
                array[length++] = '0';
                array[length++] = HEX[c >> 4];
                array[length++] = HEX[c & 0xf];
            }
        }
    }

    /** Writes the character at {@code i} without checking for room, and returns the index of its last unit. */
    private int beyondAscii(String text, int i) {
        char c = text.charAt(i);
        int codePoint = c;
        int last = i;
        if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            last = i + 1;
            codePoint = Character.toCodePoint(c, text.charAt(last));
        } else if (Character.isSurrogate(c)) {
            codePoint = 0xfffd;
        }
        if (codePoint < 0x800) {
            array[length++] = (byte) (0xc0 | (codePoint >> 6));
        } else {
            if (codePoint < 0x10000) {
                array[length++] = (byte) (0xe0 | (codePoint >> 12));
            } else {
                array[length++] = (byte) (0xf0 | (codePoint >> 18));
                array[length++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
            }
            array[length++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
        }
        array[length++] = (byte) (0x80 | (codePoint & 0x3f));
        return last;
    }

    private void room(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
    }
}
