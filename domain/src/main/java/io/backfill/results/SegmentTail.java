package io.backfill.results;

import io.backfill.batches.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * The whole lines at the end of a segment, beyond what a checkpoint says: how many bytes they are, which input lines they answer,
 * and their totals. It ends before the first bytes that are no result line of ours: half a line after a crash of the
 * process, anything at all after a crash of the machine, which loses what was not forced. Those lines are run again.
 * Memory: one line.
 */
public record SegmentTail(long bytes, BitSet lines, LogTotals totals) {
    /** Reads the tail from a stream that begins at a line's first byte. */
    public static SegmentTail read(InputStream in, ResultKind kind) throws IOException {
        Lines found = new Lines(kind);
        byte[] buffer = new byte[64 * 1024];
        int filled = 0;
        int read = in.read(buffer, 0, buffer.length);
        while (read >= 0 && !found.ended) {
            int searched = filled;
            filled += read;
            int taken = found.take(buffer, searched, filled);
            System.arraycopy(buffer, taken, buffer, 0, filled - taken);
            filled -= taken;
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.multiplyExact(buffer.length, 2));
            }
            read = in.read(buffer, filled, buffer.length - filled);
        }
        return new SegmentTail(found.bytes, found.lines, found.totals);
    }

    /** What was found so far. */
    private static final class Lines {
        private final ResultKind kind;
        private final BitSet lines = new BitSet();
        private LogTotals totals = LogTotals.NONE;
        private long bytes;
        private boolean ended;

        Lines(ResultKind kind) {
            this.kind = kind;
        }

        /** Takes the whole lines in the buffer, whose first {@code searched} bytes hold no LF. Returns how many bytes they are. */
        int take(byte[] buffer, int searched, int filled) {
            int start = 0;
            for (int i = searched; i < filled && !ended; i++) {
                if (buffer[i] == '\n') {
                    int line = ResultLine.lineAt(buffer, start);
                    Optional<Usage> usage = AnswerBody.usageOfLine(buffer, start, i - start);
                    if (line < 0 || usage.isEmpty()) {
                        ended = true;
                    } else {
                        lines.set(line);
                        totals = totals.plus(kind, usage.get());
                        start = i + 1;
                    }
                }
            }
            bytes += start;
            return start;
        }
    }
}
