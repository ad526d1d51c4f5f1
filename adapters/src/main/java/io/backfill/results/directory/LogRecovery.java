package io.backfill.results.directory;

import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.Segment;
import io.backfill.results.SegmentTail;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recovers a log for a new owner. The newest checkpoint fixes the length of every segment except the last one of each kind that its
 * epoch created. In that segment whole lines beyond the recorded length count too, because its owner acknowledged them before it
 * recorded them. All other segments were recorded before the first byte of their successor was written. Segments of other epochs
 * that the checkpoint does not name are ignored: their owners had lost the lease.
 */
final class LogRecovery {
    /** Maps physical line numbers to places in the plan. */
    @FunctionalInterface
    interface Places {
        BitSet of(BitSet lines) throws IOException;
    }

    private final LogFiles files;
    private final Places places;

    LogRecovery(LogFiles files, Places places) {
        this.files = files;
        this.places = places;
    }

    /**
     * The recovered content of a log.
     *
     * @param checkpoint the new owner's first checkpoint, not recorded yet; all bytes that it covers are forced
     * @param lastSequence highest sequence of the segments that the new owner's epoch has already created, or 0 if there is none
     */
    record Recovered(Checkpoint checkpoint, int lastSequence) {}

    Recovered recover(long epoch) throws IOException {
        // lists before it reads the checkpoint: a segment that an owner without a lease starts in between is not seen
        List<String> names = files.names();
        long newest = names.stream().mapToLong(Checkpoint::epochOfName).max().orElse(0);
        if (newest > epoch) {
            throw new IOException("epoch " + newest + " has opened the log, so epoch " + epoch + " lost its lease");
        }
        Checkpoint recorded = newest < 1 ? Checkpoint.NONE : files.checkpoint(newest);
        List<Segment> found =
                names.stream().flatMap(name -> Segment.ofName(name, 0).stream()).toList();
        requireBytes(recorded);
        Checkpoint recovered = withTails(recorded, found);
        long sequence = newest == epoch ? recorded.sequence() + 1 : 1;
        int last = found.stream()
                .filter(segment -> segment.epoch() == epoch)
                .mapToInt(Segment::sequence)
                .max()
                .orElse(0);
        return new Recovered(
                new Checkpoint(epoch, sequence, recovered.done(), recovered.segments(), recovered.totals()), last);
    }

    private void requireBytes(Checkpoint recorded) throws IOException {
        for (Segment segment : recorded.segments()) {
            long size = files.size(segment);
            if (size < segment.length()) {
                throw new IOException("the log is damaged: segment " + segment.name() + " has " + size
                        + " bytes, but its checkpoint records " + segment.length());
            }
        }
    }

    private Checkpoint withTails(Checkpoint recorded, List<Segment> found) throws IOException {
        List<Segment> segments = new ArrayList<>(recorded.segments());
        LogTotals totals = recorded.totals();
        BitSet lines = new BitSet();
        for (ResultKind kind : ResultKind.values()) {
            Optional<Segment> last = Stream.concat(recorded.segments().stream(), found.stream())
                    .filter(segment -> segment.epoch() == recorded.epoch() && segment.kind() == kind)
                    // if a segment is both recorded and listed, prefer the recorded one, which has a length
                    .max(Segment.ORDER.thenComparingLong(Segment::length));
            if (last.isEmpty()) {
                continue;
            }
            Segment segment = last.get();
            SegmentTail tail = tailOf(segment);
            if (tail.bytes() > 0) {
                add(tail.lines(), lines, segment);
                totals = totals.plus(tail.totals());
                segments.removeIf(segment::sameBlob);
                segments.add(segment.withLength(segment.length() + tail.bytes()));
                files.force(segment);
            }
        }
        return new Checkpoint(recorded.epoch(), 0, withPlacesOf(lines, recorded.done()), segments, totals);
    }

    private SegmentTail tailOf(Segment segment) throws IOException {
        try (InputStream in = files.read(segment, segment.length())) {
            SegmentTail tail = SegmentTail.read(in, segment.kind());
            if (tail.lines().cardinality()
                    != tail.totals().completed() + tail.totals().failed()) {
                throw new IOException("the log is damaged: segment " + segment.name() + " has two results of one line");
            }
            return tail;
        }
    }

    private static void add(BitSet tail, BitSet lines, Segment segment) throws IOException {
        if (lines.intersects(tail)) {
            throw new IOException(
                    "the log is damaged: segment " + segment.name() + " repeats a result of another segment");
        }
        lines.or(tail);
    }

    private BitSet withPlacesOf(BitSet lines, BitSet recorded) throws IOException {
        BitSet found = places.of(lines);
        if (found.cardinality() != lines.cardinality()) {
            throw new IOException("the log is damaged: it contains results of lines that are not in the plan");
        }
        if (found.intersects(recorded)) {
            throw new IOException("the log is damaged: a segment repeats a result that its checkpoint already covers");
        }
        BitSet done = (BitSet) recorded.clone();
        done.or(found);
        return done;
    }
}
