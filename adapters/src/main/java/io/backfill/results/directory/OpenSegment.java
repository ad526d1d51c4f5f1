package io.backfill.results.directory;

import io.backfill.results.LineContent;
import io.backfill.results.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** A segment that this process writes. Guarded by the log's lock, except {@link #forceTo}, which only the forcing thread calls. */
final class OpenSegment implements Closeable {
    private final Segment segment;
    private final SegmentOutput output;
    private long length;
    private boolean failed;
    private long forced;

    OpenSegment(Segment segment, SegmentOutput output) {
        this.segment = segment;
        this.output = output;
    }

    /** Appends a whole line. After a failure the segment takes no more lines, because the bytes beyond its length are unknown. */
    void write(LineContent line) throws IOException {
        boolean written = false;
        try {
            switch (line) {
                case LineContent.Whole(byte[] bytes) -> output.write(bytes);
                case LineContent.Around around -> {
                    try (InputStream in = around.open()) {
                        output.write(in, around.length());
                    }
                }
            }
            length += line.length();
            written = true;
        } finally {
            failed = !written;
        }
    }

    boolean failed() {
        return failed;
    }

    /** Returns the segment with its known length. */
    Segment segment() {
        return segment.withLength(length);
    }

    /** Forces at least the first {@code wanted} bytes, unless they are already forced. */
    void forceTo(long wanted) throws IOException {
        if (wanted > forced) {
            output.force();
            forced = wanted;
        }
    }

    @Override
    public void close() throws IOException {
        output.close();
    }
}
