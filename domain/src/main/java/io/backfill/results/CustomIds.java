package io.backfill.results;

import io.backfill.files.BlobReader;
import io.backfill.plan.PlanEntry;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the {@code custom_id}s of lines in the order of their positions in the input. Short gaps between lines are read and
 * discarded, so that an input in S3 takes one request per stretch of lines instead of one per line.
 */
final class CustomIds implements Closeable {
    /** Longest gap that is read and discarded; a longer one starts a new request. */
    private static final int GAP_BYTES = 256 * 1024;

    private static final byte[] UNREADABLE = "null".getBytes(StandardCharsets.US_ASCII);

    private final BlobReader input;
    private final byte[] skipped = new byte[16 * 1024];
    private Optional<InputStream> stretch = Optional.empty();
    private long position;

    CustomIds(BlobReader input) {
        this.input = input;
    }

    /** Returns the raw id in the line, including quotes, or what {@link #alone} returns if it cannot be read with others. */
    byte[] of(PlanEntry line) throws IOException {
        try {
            return next(line);
        } catch (IOException e) {
            close();
            return alone(input, line);
        }
    }

    private byte[] next(PlanEntry line) throws IOException {
        long start = line.offset() + line.idStart();
        if (stretch.isPresent() && (start < position || start - position > GAP_BYTES)) {
            close();
        }
        if (stretch.isEmpty()) {
            stretch = Optional.of(input.stream(start, input.size() - start));
            position = start;
        }
        InputStream in = stretch.get();
        while (position < start) {
            read(in, skipped, (int) Math.min(skipped.length, start - position));
        }
        byte[] id = new byte[line.idLength()];
        read(in, id, id.length);
        return id;
    }

    private void read(InputStream in, byte[] into, int length) throws IOException {
        if (in.readNBytes(into, 0, length) < length) {
            throw new EOFException("the input ends before byte " + (position + length));
        }
        position += length;
    }

    /**
     * Returns the raw id in a single line, including quotes. Returns the JSON {@code null} for an id that cannot be read although
     * the store returns other bytes of the input.
     */
    static byte[] alone(BlobReader input, PlanEntry line) throws IOException {
        byte[] id = new byte[line.idLength()];
        try {
            input.readFully(line.offset() + line.idStart(), id, 0, id.length);
            return id;
        } catch (IOException e) {
            try {
                input.readFully(0, new byte[1], 0, 1);
            } catch (IOException away) {
                throw e;
            }
            return UNREADABLE;
        }
    }

    @Override
    public void close() throws IOException {
        Optional<InputStream> ended = stretch;
        stretch = Optional.empty();
        if (ended.isPresent()) {
            ended.get().close();
        }
    }
}
