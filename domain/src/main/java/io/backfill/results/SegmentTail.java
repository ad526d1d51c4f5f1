package io.backfill.results;

import io.backfill.batches.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.Optional;

/**
 * The complete lines at the end of a segment, beyond its length in a checkpoint: their size in bytes, the input lines that they
 * answer, and their totals. The tail ends before the first bytes that are not a result line: an incomplete line after a crash of
 * the process, or arbitrary bytes after a crash of the machine, which loses unforced data. Those lines are run again. Memory: one
 * buffer, regardless of line length.
 */
public record SegmentTail(long bytes, BitSet lines, LogTotals totals) {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Reads the tail from a stream that starts at a line's first byte. */
    public static SegmentTail read(InputStream in, ResultKind kind) throws IOException {
        Lines found = new Lines(kind);
        byte[] buffer = new byte[BUFFER_BYTES];
        int filled = 0;
        int read = in.read(buffer, 0, buffer.length);
        while (read >= 0 && !found.ended) {
            int searched = filled;
            filled += read;
            int taken = found.take(buffer, searched, filled);
            System.arraycopy(buffer, taken, buffer, 0, filled - taken);
            filled -= taken;
            if (filled == buffer.length) {
                // the line does not fit into the buffer: scan the rest of it without keeping its bytes
                found.begin(buffer);
                filled = 0;
            }
            read = in.read(buffer, filled, buffer.length - filled);
        }
        return new SegmentTail(found.bytes, found.lines, found.totals);
    }

    /** The lines found so far. */
    private static final class Lines {
        private final ResultKind kind;
        private final BitSet lines = new BitSet();
        private LogTotals totals = LogTotals.NONE;
        private long bytes;
        private boolean ended;
        private Optional<LongLine> open = Optional.empty();

        Lines(ResultKind kind) {
            this.kind = kind;
        }

        /**
         * Consumes the complete lines in the buffer, whose first {@code searched} bytes contain no LF, and the available part of a
         * long line. Returns the number of bytes consumed.
         */
        int take(byte[] buffer, int searched, int filled) {
            int start = 0;
            for (int i = searched; i < filled && !ended; i++) {
                if (buffer[i] == '\n') {
                    end(buffer, start, i);
                    start = i + 1;
                }
            }
            if (open.isPresent() && !ended) {
                open.get().take(buffer, start, filled);
                return filled;
            }
            return start;
        }

        private void end(byte[] buffer, int start, int end) {
            int line;
            Optional<Usage> usage;
            long length;
            if (open.isPresent()) {
                LongLine whole = open.get();
                whole.take(buffer, start, end);
                open = Optional.empty();
                line = whole.line;
                usage = whole.finder.usage();
                length = whole.length;
            } else {
                line = ResultLine.lineAt(buffer, start);
                usage = AnswerBody.usageOfLine(buffer, start, end - start);
                length = end - start;
            }
            if (line < 0 || usage.isEmpty()) {
                ended = true;
                return;
            }
            lines.set(line);
            totals = totals.plus(kind, usage.get());
            bytes += length + 1;
        }

        void begin(byte[] beginning) {
            LongLine line = new LongLine(ResultLine.lineAt(beginning, 0));
            line.take(beginning, 0, beginning.length);
            open = Optional.of(line);
        }
    }

    /** A line that is longer than the buffer. */
    private static final class LongLine {
        private final int line;
        private final UsageFinder finder = UsageFinder.inLine();
        private long length;

        LongLine(int line) {
            this.line = line;
        }

        void take(byte[] bytes, int start, int end) {
            finder.take(bytes, start, end);
            length += end - start;
        }
    }
}
