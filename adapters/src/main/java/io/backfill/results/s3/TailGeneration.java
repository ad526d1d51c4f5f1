package io.backfill.results.s3;

import io.backfill.results.LogTotals;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The acknowledged tails that will be rewritten as one segment of each kind. Guarded by the lock of its {@link LogContents}. */
final class TailGeneration {
    private final int sequence;
    private final List<Tail> tails = new ArrayList<>();
    private final BitSet places = new BitSet();
    private LogTotals totals = LogTotals.NONE;
    private long bytes;
    private int writing;

    TailGeneration(int sequence) {
        this.sequence = sequence;
    }

    /** Returns the sequence of the checkpoint that will cover these tails. */
    int sequence() {
        return sequence;
    }

    void add(Tail tail, List<Commit.Line> lines) {
        tails.add(tail);
        bytes += tail.bytes();
        for (Commit.Line line : lines) {
            places.set(line.place());
            totals = totals.plus(tail.kind(), line.result().usage());
        }
    }

    List<Tail> tails() {
        return tails;
    }

    BitSet places() {
        return places;
    }

    LogTotals totals() {
        return totals;
    }

    boolean isFull(S3LogConfig config) {
        return bytes >= config.segmentBytes() || tails.size() >= config.mostTails();
    }

    /** Returns true while a tail of this generation is being written. */
    boolean writing() {
        return writing > 0;
    }

    void beginWrite() {
        writing++;
    }

    void endWrite() {
        writing--;
    }
}
