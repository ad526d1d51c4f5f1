package io.backfill.testing;

import io.backfill.files.BlobReader;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.results.Segment;
import io.backfill.results.SegmentTail;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A simple result log over a {@link MemoryFileStore}: one segment per kind and epoch. Every append is durable at once, and a
 * checkpoint is recorded only on request. A log that is discarded without {@code close} therefore simulates a crash.
 */
public final class MemoryResultLogs implements ResultLogs {
    private final MemoryFileStore store;

    public MemoryResultLogs(MemoryFileStore store) {
        this.store = store;
    }

    @Override
    public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
        String folder = ResultLogs.folder(batch, plan.partition());
        Checkpoint newest = newest(folder);
        if (newest.epoch() > epoch) {
            throw new IOException("epoch " + newest.epoch() + " is there already");
        }
        BitSet lines = new BitSet();
        LogTotals totals = newest.totals();
        List<Segment> segments = new ArrayList<>();
        for (Segment segment : segmentsIn(folder)) {
            long recorded = newest.segments().stream()
                    .filter(segment::sameBlob)
                    .mapToLong(Segment::length)
                    .findFirst()
                    .orElse(0);
            // the first checkpoint of the newest owner determines how much counts of what earlier owners wrote
            if (segment.epoch() < newest.epoch()) {
                segments.add(segment.withLength(recorded));
                continue;
            }
            try (BlobReader blob = store.open(folder + "/" + segment.name());
                    InputStream in = blob.stream(recorded, blob.size() - recorded)) {
                SegmentTail tail = SegmentTail.read(in, segment.kind());
                lines.or(tail.lines());
                totals = totals.plus(tail.totals());
                segments.add(segment.withLength(recorded + tail.bytes()));
            }
        }
        BitSet done = (BitSet) newest.done().clone();
        done.or(PlanCursor.placesOf(lines, store, plan));
        Log log = new Log(folder, epoch, newest.epoch() == epoch ? newest.sequence() : 0, done, segments, totals);
        log.record();
        return log;
    }

    @Override
    public Checkpoint newest(BatchId batch, int partition) throws IOException {
        return newest(ResultLogs.folder(batch, partition));
    }

    private Checkpoint newest(String folder) throws IOException {
        Checkpoint newest = Checkpoint.NONE;
        for (String key : store.list(folder, Integer.MAX_VALUE)) {
            long epoch = Checkpoint.epochOfName(key.substring(folder.length() + 1));
            if (epoch > newest.epoch()) {
                newest = Checkpoint.read(new ByteArrayInputStream(store.bytes(key)));
            }
        }
        return newest;
    }

    private List<Segment> segmentsIn(String folder) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (String key : store.list(folder, Integer.MAX_VALUE)) {
            Segment.ofName(key.substring(folder.length() + 1), store.size(key).orElseThrow())
                    .ifPresent(segments::add);
        }
        return segments;
    }

    /** The log of one owner. */
    private final class Log implements ResultLog {
        private final String folder;
        private final long epoch;
        private final BitSet done;
        private final List<Segment> segments;
        private final int sequenceOfSegments;
        private long sequence;
        private LogTotals totals;
        private boolean closed;

        Log(String folder, long epoch, long sequence, BitSet done, List<Segment> segments, LogTotals totals) {
            this.folder = folder;
            this.epoch = epoch;
            this.sequence = sequence;
            this.done = done;
            this.segments = segments;
            this.totals = totals;
            // the same owner may open its log again; it begins a new segment, because the old one may end in half a
            // line
            this.sequenceOfSegments = 1
                    + segments.stream()
                            .filter(segment -> segment.epoch() == epoch)
                            .mapToInt(Segment::sequence)
                            .max()
                            .orElse(0);
        }

        @Override
        public synchronized BitSet done() {
            return (BitSet) done.clone();
        }

        @Override
        public synchronized void append(PlanEntry entry, ResultLine line) throws IOException {
            if (closed || done.get(entry.index())) {
                throw new IllegalStateException("closed, or done already: " + entry);
            }
            Segment segment = new Segment(epoch, sequenceOfSegments, line.kind(), 0);
            try (InputStream bytes = line.content().open()) {
                store.append(folder + "/" + segment.name(), bytes.readAllBytes());
            }
            long length = store.size(folder + "/" + segment.name()).orElseThrow();
            segments.removeIf(segment::sameBlob);
            segments.add(segment.withLength(length));
            done.set(entry.index());
            totals = totals.plus(line.kind(), line.usage());
        }

        @Override
        public synchronized LogTotals totals() {
            return totals;
        }

        @Override
        public synchronized long record() throws IOException {
            Checkpoint checkpoint = new Checkpoint(epoch, ++sequence, done(), segments, totals);
            store.put(folder + "/" + Checkpoint.name(epoch), checkpoint.toJson());
            return sequence;
        }

        @Override
        public synchronized Checkpoint checkpoint() throws IOException {
            record();
            return new Checkpoint(epoch, sequence, done(), segments, totals);
        }

        @Override
        public synchronized void close() throws IOException {
            if (!closed) {
                closed = true;
                record();
            }
        }
    }
}
