package io.backfill.api.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the parts of one form, one after the other, from a stream of any length; what lies before the first and behind the last
 * delimiter is ignored. Holds 64 KB, whatever the parts' size. All failures, also those of the stream, are {@link MalformedForm}.
 * For one thread.
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
        // the first delimiter may stand at the very start, without the line end that is part of every other one
        this.buffer = new SearchBuffer(LINE_END, in);
        this.delimiter = new Delimiter(boundary);
    }

    /** The next part, after the rest of the one before was skipped; empty after the last one. */
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
            return Optional.of(new Part(headers.name(), headers.filename(), new PartBody()));
        } catch (IOException e) {
            throw MalformedForm.unreadable(e);
        }
    }

    /** Begins with the end of the delimiter's line, so that a block without headers ends like any other. */
    private String headerBlock() throws IOException {
        String block = buffer.textUntil(HEADERS_END, MAX_HEADER_BYTES);
        // white space may pad the delimiter's line, nothing else
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
