package io.backfill.results.directory;

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

/** What a log holds, in memory. Everything here is guarded by the log's lock, but {@link #totals}, which any thread may read. */
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
     * One moment of a log.
     *
     * @param lines appended by this owner until then
     */
    record Moment(long lines, List<OpenSegment> open, List<Segment> segments) {
        /** Forces what was there at that moment. */
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

    /** Lines appended by this owner. */
    long lines() {
        return lines;
    }

    /** True when the segment of this kind takes no more lines and has to be {@link #settle settled}. */
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
        // a number is used once, even when the creation fails: nobody knows what it left
        lastSequence++;
        Segment segment = new Segment(epoch, lastSequence, kind, 0);
        OpenSegment created = new OpenSegment(segment, files.create(segment));
        open.put(kind, created);
        return created;
    }

    /** The lengths that count now. */
    Moment moment() {
        List<OpenSegment> outputs = List.copyOf(open.values());
        return new Moment(
                lines, outputs, outputs.stream().map(OpenSegment::segment).toList());
    }

    /** All that counts now, as a checkpoint; true of the disk once {@link #moment} is forced. */
    Checkpoint checkpoint(long sequence) {
        List<Segment> segments = new ArrayList<>(settled);
        open.values().stream()
                .map(OpenSegment::segment)
                .filter(segment -> segment.length() > 0)
                .forEach(segments::add);
        return new Checkpoint(epoch, sequence, done(), segments, totals);
    }

    /** Ends the segment of this kind at its known length; the next line opens the next one. */
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
        for (OpenSegment segment : open.values()) {
            segment.close();
        }
    }
}
