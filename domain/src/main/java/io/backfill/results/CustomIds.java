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
 * Reads the {@code custom_id}s of lines in the order of their places in the input. What lies between two that are near each other is read
 * over, so an input in S3 costs one request for a stretch of lines and not one for each.
 */
final class CustomIds implements Closeable {
    /** Read over sooner than asked for anew. */
    private static final int GAP_BYTES = 256 * 1024;

    private static final byte[] UNREADABLE = "null".getBytes(StandardCharsets.US_ASCII);

    private final BlobReader input;
    private final byte[] skipped = new byte[16 * 1024];
    private Optional<InputStream> stretch = Optional.empty();
    private long position;

    CustomIds(BlobReader input) {
        this.input = input;
    }

    /**
     * The id as it stands in the line, quotes included; {@code null} as JSON for one that cannot be read although the store gives other
     * bytes of the input.
     */
    byte[] of(PlanEntry line) throws IOException {
        try {
            return next(line);
        } catch (IOException e) {
            close();
            return alone(line);
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

    private byte[] alone(PlanEntry line) throws IOException {
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
