package io.backfill.simulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;

/**
 * One request, stored as positions in its connection's buffer: valid only until the callback returns, and only on its
 * thread. Header look-ups compare lengths first, so a request with a dozen headers costs a few hundred nanoseconds.
 */
public final class HttpRequest {
    private static final int FIRST_HEADER_SLOTS = 32;

    private byte[] head = new byte[0];
    private int[] positions = new int[4 * FIRST_HEADER_SLOTS];
    private int headers;
    private String method = "";
    private String target = "";
    private boolean http10;
    private byte[] body = head;
    private int bodyOffset;
    private int bodyLength;

    HttpRequest() {}

    public String method() {
        return method;
    }

    /** Returns the path without the query, still percent-encoded. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Returns the array that holds the body, from {@link #bodyOffset()} for {@link #bodyLength()} bytes. */
    public byte[] body() {
        return body;
    }

    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    public String bodyText() {
        return new String(body, bodyOffset, bodyLength, UTF_8);
    }

    /** Returns the value of the first header of that name, ignoring case. */
    public Optional<String> header(String name) {
        for (int i = 0; i < headers; i++) {
            int at = 4 * i;
            if (positions[at + 1] - positions[at] == name.length() && sameName(positions[at], name)) {
                return Optional.of(new String(head, positions[at + 2], positions[at + 3] - positions[at + 2], UTF_8));
            }
        }
        return Optional.empty();
    }

    boolean keepsAlive() {
        String connection = header("Connection").orElse("");
        return http10 ? connection.equalsIgnoreCase("keep-alive") : !connection.equalsIgnoreCase("close");
    }

    void body(byte[] array, int offset, int length) {
        body = array;
        bodyOffset = offset;
        bodyLength = length;
    }

    /** Parses the request line and the header lines of {@code buffer[from, to)}; {@code to} is past the blank line. */
    void parse(byte[] buffer, int from, int to) throws BadRequestException {
        head = buffer;
        headers = 0;
        body(buffer, to, 0);
        int end = lineEnd(from, to);
        int space = indexOf(' ', from, end);
        int second = space < 0 ? -1 : indexOf(' ', space + 1, end);
        if (second < 0 || end - second != 9) {
            throw new BadRequestException(400, "not an HTTP request line");
        }
        method = space - from == 4 && head[from] == 'P' && head[from + 1] == 'O'
                ? "POST"
                : new String(head, from, space - from, ISO_8859_1);
        target = new String(head, space + 1, second - space - 1, UTF_8);
        http10 = head[end - 1] == '0';
        int line = end + 2;
        while (line < to - 2) {
            end = lineEnd(line, to);
            header(line, end);
            line = end + 2;
        }
    }

    private void header(int line, int end) throws BadRequestException {
        int colon = indexOf(':', line, end);
        if (colon <= line) {
            throw new BadRequestException(400, "not a header line");
        }
        int valueStart = colon + 1;
        int valueEnd = end;
        while (valueStart < valueEnd && (head[valueStart] == ' ' || head[valueStart] == '\t')) {
            valueStart++;
        }
        while (valueEnd > valueStart && (head[valueEnd - 1] == ' ' || head[valueEnd - 1] == '\t')) {
            valueEnd--;
        }
        if (4 * headers == positions.length) {
            positions = Arrays.copyOf(positions, 2 * positions.length);
        }
        int at = 4 * headers++;
        positions[at] = line;
        positions[at + 1] = colon;
        positions[at + 2] = valueStart;
        positions[at + 3] = valueEnd;
    }

    private boolean sameName(int at, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (lower(head[at + i]) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    private int lineEnd(int from, int to) throws BadRequestException {
        int end = indexOf('\r', from, to);
        if (end < 0 || head[end + 1] != '\n') {
            throw new BadRequestException(400, "a line of the head does not end in CR LF");
        }
        return end;
    }

    private int indexOf(char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (head[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
