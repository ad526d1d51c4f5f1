package io.backfill.results;

import io.backfill.batches.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The whole lines at the end of a segment, beyond what a checkpoint says: how many bytes they are, which input lines they answer,
 * and their totals. A last line without its LF was cut off by a crash and does not count. Memory: one line.
 */
public record SegmentTail(long bytes, BitSet lines, LogTotals totals) {
    /**
     * Reads the tail.
     *
     * @param in begins at a line's first byte
     * @throws IOException when a whole line is not a result line of ours: the segment is damaged
     */
    public static SegmentTail read(InputStream in, ResultKind kind) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int filled = 0;
        long bytes = 0;
        BitSet lines = new BitSet();
        LogTotals totals = LogTotals.NONE;
        for (int read = in.read(buffer, 0, buffer.length);
                read >= 0;
                read = in.read(buffer, filled, buffer.length - filled)) {
            int searched = filled;
            filled += read;
            int start = 0;
            for (int i = searched; i < filled; i++) {
                if (buffer[i] == '\n') {
                    int line = ResultLine.lineAt(buffer, start);
                    if (line < 0) {
                        throw new IOException(
                                "byte " + (bytes + start) + " after the checkpoint begins no result line");
                    }
                    Usage usage =
                            kind == ResultKind.OUTPUT ? AnswerBody.usageOfLine(buffer, start, i - start) : Usage.NONE;
                    lines.set(line);
                    totals = totals.plus(kind, usage);
                    start = i + 1;
                }
            }
            bytes += start;
            System.arraycopy(buffer, start, buffer, 0, filled - start);
            filled -= start;
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.multiplyExact(buffer.length, 2));
            }
        }
        return new SegmentTail(bytes, lines, totals);
    }
}
