package io.backfill.results.directory;

import io.backfill.files.ClosedTogether;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.results.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The in-memory state of a log. Guarded by the log's lock, except {@link #totals}, which any thread may read. */
final class LogContents {
    private final LogFiles files;
    private final long epoch;
    private final BitSet done;
    private final List<Segment> settled;
    private final Map<ResultKind, OpenSegment> open = new EnumMap<>(ResultKind.class);
    private int lastSequence;
    private long lines;
    private volatile LogTotals totals;

    LogContents(LogFiles files, LogRecovery.Recovered recovered) {
        Checkpoint checkpoint = recovered.checkpoint();
        this.files = files;
        this.epoch = checkpoint.epoch();
        this.done = (BitSet) checkpoint.done().clone();
        this.settled = new ArrayList<>(checkpoint.segments());
        this.lastSequence = recovered.lastSequence();
        this.totals = checkpoint.totals();
    }

    /**
     * A snapshot of a log.
     *
     * @param lines number of lines that this owner had appended
     * @param open the segments that were open
     * @param segments the same segments with their lengths
     */
    record Moment(long lines, List<OpenSegment> open, List<Segment> segments) {
        /** Forces everything that the snapshot contains. */
        void force() throws IOException {
            for (int i = 0; i < open.size(); i++) {
                open.get(i).forceTo(segments.get(i).length());
            }
        }
    }

    boolean contains(int place) {
        return done.get(place);
    }

    BitSet done() {
        return (BitSet) done.clone();
    }

    LogTotals totals() {
        return totals;
    }

    /** Returns the number of lines that this owner has appended. */
    long lines() {
        return lines;
    }

    /** Returns true if the segment of this kind accepts no more lines and must be {@link #settle settled}. */
    boolean failed(ResultKind kind) {
        OpenSegment segment = open.get(kind);
        return segment != null && segment.failed();
    }

    void append(int place, ResultLine line) throws IOException {
        OpenSegment segment = open.get(line.kind());
        if (segment == null) {
            segment = create(line.kind());
        }
        segment.write(line.content());
        done.set(place);
        totals = totals.plus(line.kind(), line.usage());
        lines++;
    }

    private OpenSegment create(ResultKind kind) throws IOException {
        // a number is never reused, because a failed creation may still leave a file
        lastSequence++;
        Segment segment = new Segment(epoch, lastSequence, kind, 0);
        OpenSegment created = new OpenSegment(segment, files.create(segment));
        open.put(kind, created);
        return created;
    }

    /** Returns a snapshot of the current lengths. */
    Moment moment() {
        List<OpenSegment> outputs = List.copyOf(open.values());
        return new Moment(
                lines, outputs, outputs.stream().map(OpenSegment::segment).toList());
    }

    /** Returns the current content as a checkpoint, which must not be recorded before {@link #moment} is forced. */
    Checkpoint checkpoint(long sequence) {
        List<Segment> segments = new ArrayList<>(settled);
        open.values().stream()
                .map(OpenSegment::segment)
                .filter(segment -> segment.length() > 0)
                .forEach(segments::add);
        return new Checkpoint(epoch, sequence, done(), segments, totals);
    }

    /** Ends the segment of this kind at its known length. The next line creates a new segment. */
    void settle(ResultKind kind) throws IOException {
        OpenSegment segment = open.remove(kind);
        if (segment != null) {
            if (segment.segment().length() > 0) {
                settled.add(segment.segment());
            }
            segment.close();
        }
    }

    void close() throws IOException {
        new ClosedTogether(open.values()).close();
    }
}
