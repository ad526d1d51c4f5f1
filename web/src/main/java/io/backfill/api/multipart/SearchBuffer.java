package io.backfill.api.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A 64 KB window over a stream that recognizes delimiters before any of their bytes are returned as content. Not thread-safe. */
final class SearchBuffer {
    private static final int SIZE = 64 * 1024;

    private final InputStream in;
    private final byte[] bytes = new byte[SIZE];
    private int position;
    private int limit;
    /** Bytes from {@link #position} up to here are known to be content. */
    private int contentEnd;

    /** Creates a window over {@code first} followed by {@code in}. */
    SearchBuffer(byte[] first, InputStream in) {
        System.arraycopy(first, 0, bytes, 0, first.length);
        this.limit = first.length;
        this.in = in;
    }

    /**
     * Reads content before the next delimiter.
     *
     * @return the number of bytes, or -1 if the delimiter is next
     * @throws io.backfill.errors.BackfillException if the stream ends without a delimiter
     */
    int readUntil(Delimiter delimiter, byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasContent(delimiter)) {
            return -1;
        }
        int count = Math.min(length, contentEnd - position);
        System.arraycopy(bytes, position, into, offset, count);
        position += count;
        return count;
    }

    /** Skips content up to and including the next delimiter, but not the byte that follows it. */
    void skipPast(Delimiter delimiter) throws IOException {
        while (hasContent(delimiter)) {
            position = contentEnd;
        }
        skip(delimiter.length());
    }

    private boolean hasContent(Delimiter delimiter) throws IOException {
        while (contentEnd <= position) {
            int found = delimiter.find(bytes, position, limit);
            if (found == position) {
                return false;
            }
            // no delimiter found: everything is content but the tail, which the next bytes may complete to a delimiter
            contentEnd = found >= 0 ? found : limit - delimiter.recognisableLength() + 1;
            if (contentEnd <= position) {
                fill();
            }
        }
        return true;
    }

    void skip(int count) {
        position += count;
        contentEnd = position;
    }

    boolean startsWith(byte[] expected) throws IOException {
        while (limit - position < expected.length) {
            fill();
        }
        return Arrays.equals(bytes, position, position + expected.length, expected, 0, expected.length);
    }

    /** Returns the text before {@code end}, which must occur within {@code maxLength} bytes, and skips both. */
    String textUntil(byte[] end, int maxLength) throws IOException {
        for (int length = 0; length < maxLength; length++) {
            while (limit - position < length + end.length) {
                fill();
            }
            int at = position + length;
            if (Arrays.equals(bytes, at, at + end.length, end, 0, end.length)) {
                String text = new String(bytes, position, length, StandardCharsets.UTF_8);
                skip(length + end.length);
                return text;
            }
        }
        throw MalformedForm.exception();
    }

    /** Reads at least one more byte. The end of the stream is an error, because the caller needs more bytes. */
    private void fill() throws IOException {
        if (position > 0) {
            System.arraycopy(bytes, position, bytes, 0, limit - position);
            contentEnd -= position;
            limit -= position;
            position = 0;
        }
        int read = in.read(bytes, limit, SIZE - limit);
        if (read < 0) {
            throw MalformedForm.exception();
        }
        limit += read;
    }
}
