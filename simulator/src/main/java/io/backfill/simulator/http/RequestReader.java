package io.backfill.simulator.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the requests of one connection one after the other. A body that fits stays in the buffer next to its head and
 * is not copied; a longer or chunked body gets its own array. Bodies above 64 MiB are rejected with 413.
 */
final class RequestReader {
    static final int MAX_BODY = 64 << 20;
    private static final int BUFFER = 16 << 10;
    private static final int MAX_HEAD = 64 << 10;

    private final InputStream in;
    private final HttpRequest request = new HttpRequest();
    private byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    RequestReader(InputStream in) {
        this.in = in;
    }

    /**
     * Returns the next request without its body, or empty if the client closed the connection between two requests.
     */
    Optional<HttpRequest> nextHead() throws IOException, BadRequestException {
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        int headEnd = headEnd(0);
        while (headEnd < 0) {
            if (limit == MAX_HEAD) {
                throw new BadRequestException(431, "the head is longer than " + MAX_HEAD + " bytes");
            }
            if (limit == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                return Optional.empty();
            }
            int from = Math.max(0, limit - 3);
            limit += read;
            headEnd = headEnd(from);
        }
        request.parse(buffer, 0, headEnd);
        position = headEnd;
        return Optional.of(request);
    }

    /** Returns whether the connection ends after the current request. Bytes of a next request are kept. */
    boolean endsNow() throws IOException {
        if (position < limit || limit == buffer.length) {
            return false;
        }
        int read = in.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, read);
        return read < 0;
    }

    boolean hasBody() {
        return request.header("Transfer-Encoding").isPresent()
                || !request.header("Content-Length").orElse("0").equals("0");
    }

    void readBody() throws IOException, BadRequestException {
        Optional<String> encoding = request.header("Transfer-Encoding");
        if (encoding.isPresent()) {
            if (!encoding.get().equalsIgnoreCase("chunked")) {
                throw new BadRequestException(501, "transfer encodings other than chunked are not supported");
            }
            readChunks();
            return;
        }
        int length = contentLength();
        int headEnd = position;
        if (length <= buffer.length - headEnd) {
            while (limit - headEnd < length) {
                limit += orEof(in.read(buffer, limit, buffer.length - limit));
            }
            request.body(buffer, headEnd, length);
            position = headEnd + length;
            return;
        }
        byte[] body = new byte[length];
        int filled = limit - headEnd;
        System.arraycopy(buffer, headEnd, body, 0, filled);
        while (filled < length) {
            filled += orEof(in.read(body, filled, length - filled));
        }
        position = limit;
        request.body(body, 0, length);
    }

    private int contentLength() throws BadRequestException {
        String text = request.header("Content-Length").orElse("0");
        long length;
        try {
            length = Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new BadRequestException(400, "Content-Length is not a number");
        }
        if (length < 0 || length > MAX_BODY) {
            throw new BadRequestException(413, "the body is longer than " + MAX_BODY + " bytes");
        }
        return (int) length;
    }

    /** Reads a chunked body. The head stays in place: only the part of the buffer behind it is used to read chunks. */
    private void readChunks() throws IOException, BadRequestException {
        int headEnd = position;
        Bytes body = new Bytes(BUFFER);
        while (true) {
            int size = chunkSize(line(headEnd));
            if (size == 0) {
                break;
            }
            if (Integer.compareUnsigned(size, MAX_BODY - body.length()) > 0) {
                throw new BadRequestException(413, "the body is longer than " + MAX_BODY + " bytes");
            }
            int missing = size;
            while (missing > 0) {
                refill(headEnd);
                int part = Math.min(missing, limit - position);
                body.put(buffer, position, part);
                position += part;
                missing -= part;
            }
            line(headEnd);
        }
        while (!line(headEnd).isEmpty()) {
            // ignore trailers
        }
        request.body(body.array(), 0, body.length());
    }

    private static int chunkSize(String line) throws BadRequestException {
        int end = line.indexOf(';');
        try {
            return Integer.parseUnsignedInt((end < 0 ? line : line.substring(0, end)).strip(), 16);
        } catch (NumberFormatException notANumber) {
            throw new BadRequestException(400, "a chunk size is not a number");
        }
    }

    private String line(int headEnd) throws IOException {
        StringBuilder line = new StringBuilder(8);
        while (true) {
            refill(headEnd);
            char c = (char) buffer[position++];
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append(c);
            }
        }
    }

    private void refill(int headEnd) throws IOException {
        if (position == limit) {
            if (headEnd == buffer.length) {
                buffer = Arrays.copyOf(buffer, buffer.length + BUFFER);
            }
            position = headEnd;
            limit = headEnd + orEof(in.read(buffer, headEnd, buffer.length - headEnd));
        }
    }

    private static int orEof(int read) throws EOFException {
        if (read < 0) {
            throw new EOFException("the client closed the connection inside a body");
        }
        return read;
    }

    /** Returns the index after the first blank line, or -1. */
    private int headEnd(int from) {
        for (int i = from; i <= limit - 4; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }
}
