package io.backfill.api.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the parts of one form in order from a stream of any length. Bytes before the first and after the last delimiter are
 * ignored. Holds 64 KB whatever the size of the parts. Reports all failures, including those of the stream, as
 * {@link MalformedForm}. Not thread-safe.
 */
public final class MultipartReader {
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEADERS_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DASHES = "--".getBytes(StandardCharsets.US_ASCII);

    private final SearchBuffer buffer;
    private final Delimiter delimiter;
    private boolean ended;

    public MultipartReader(InputStream in, Boundary boundary) {
        // prepend a line end: the first delimiter may be at the very start, without the line end that belongs to every
        // other one
        this.buffer = new SearchBuffer(LINE_END, in);
        this.delimiter = new Delimiter(boundary);
    }

    /** Skips the rest of the current part and returns the next one; empty after the last. */
    public Optional<Part> next() {
        try {
            if (!ended) {
                buffer.skipPast(delimiter);
                ended = buffer.startsWith(DASHES);
            }
            if (ended) {
                return Optional.empty();
            }
            PartHeaders headers = PartHeaders.parse(headerBlock());
            return Optional.of(new Part(headers.name(), headers.filename(), headers.encoding(), new PartBody()));
        } catch (IOException e) {
            throw MalformedForm.unreadable(e);
        }
    }

    /**
     * Returns the headers of a part. The block starts at the end of the delimiter's line, so that a part without headers ends like
     * any other.
     */
    private String headerBlock() throws IOException {
        String block = buffer.textUntil(HEADERS_END, MAX_HEADER_BYTES);
        // only white space may follow the delimiter on its line
        if (!block.lines().findFirst().orElse("").isBlank()) {
            throw MalformedForm.exception();
        }
        return block;
    }

    private final class PartBody extends InputStream {
        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            try {
                return buffer.readUntil(delimiter, into, offset, length);
            } catch (IOException e) {
                throw MalformedForm.unreadable(e);
            }
        }
    }
}
