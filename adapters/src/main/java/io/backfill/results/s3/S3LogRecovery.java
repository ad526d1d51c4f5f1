package io.backfill.results.s3;

import io.backfill.results.Checkpoint;
import io.backfill.results.Segment;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/**
 * Recovers a log for a new owner. The log's content is the newest checkpoint plus the tails of the same epoch that this checkpoint
 * does not cover. Tails of other epochs are ignored: their owners had lost the lease.
 */
final class S3LogRecovery {
    /**
     * Number of attempts. An earlier owner that is still alive must fill a whole generation to make an attempt fail, so further
     * failures have another cause.
     */
    private static final int LOOKS = 10;

    /** Maps physical line numbers to places in the plan. */
    @FunctionalInterface
    interface Places {
        BitSet of(BitSet lines) throws IOException;
    }

    private final LogObjects objects;
    private final TailRewrite rewrite;
    private final Places places;

    S3LogRecovery(LogObjects objects, TailRewrite rewrite, Places places) {
        this.objects = objects;
        this.rewrite = rewrite;
        this.places = places;
    }

    /**
     * The recovered content of a log.
     *
     * @param checkpoint the new owner's first checkpoint, not recorded yet; all segments that it names exist
     * @param seen the objects that were listed; once the checkpoint is recorded it covers them, and they may be deleted
     */
    record Recovered(Checkpoint checkpoint, LogObjects.Listing seen) {}

    /**
     * Recovers the log.
     *
     * @param sequence maps the highest number that this epoch has in use to one that it has never used, for its first checkpoint
     */
    Recovered recover(long epoch, IntUnaryOperator sequence) throws IOException {
        NoSuchFileException gone = new NoSuchFileException("nothing");
        for (int look = 0; look < LOOKS; look++) {
            try {
                return look(epoch, sequence);
            } catch (NoSuchFileException e) {
                // the earlier owner is still alive and has just rewritten tails that were listed
                gone = e;
            }
        }
        throw new IOException(
                "the log is damaged or another owner is writing to it: " + gone.getFile() + " no longer exists", gone);
    }

    private Recovered look(long epoch, IntUnaryOperator sequence) throws IOException {
        LogObjects.Listing seen = objects.list();
        Optional<RecordName> newest = seen.records().stream().max(RecordName.ORDER);
        if (newest.isPresent() && newest.get().epoch() > epoch) {
            throw new IOException(
                    "epoch " + newest.get().epoch() + " has opened the log, so epoch " + epoch + " lost its lease");
        }
        Checkpoint recorded = newest.isPresent() ? objects.checkpoint(newest.get()) : Checkpoint.NONE;
        requireBytes(recorded, seen);
        List<Tail> undecided = seen.tails().stream()
                .filter(tail -> tail.epoch() == recorded.epoch() && tail.generation() > recorded.sequence())
                .toList();
        int first = sequence.applyAsInt(seen.lastNumber(epoch));
        TailRewrite.Rewritten found = rewrite.once(undecided, epoch, first);
        List<Segment> segments = new ArrayList<>(recorded.segments());
        segments.addAll(found.segments());
        Checkpoint checkpoint = new Checkpoint(
                epoch,
                first,
                withPlacesOf(found.lines(), recorded.done()),
                segments,
                recorded.totals().plus(found.totals()));
        return new Recovered(checkpoint, seen);
    }

    private void requireBytes(Checkpoint recorded, LogObjects.Listing seen) throws IOException {
        Map<String, Segment> listed =
                seen.segments().stream().collect(Collectors.toMap(Segment::name, Function.identity()));
        for (Segment segment : recorded.segments()) {
            Segment there = listed.get(segment.name());
            // a segment that was written after the listing has to be looked up
            long size = there == null ? objects.size(segment) : there.length();
            if (size < segment.length()) {
                throw new IOException("the log is damaged: segment " + segment.name() + " has " + size
                        + " bytes, but its checkpoint records " + segment.length());
            }
        }
    }

    private BitSet withPlacesOf(BitSet lines, BitSet recorded) throws IOException {
        BitSet found = places.of(lines);
        if (found.cardinality() != lines.cardinality()) {
            throw new IOException("the log is damaged: it contains results of lines that are not in the plan");
        }
        if (found.intersects(recorded)) {
            throw new IOException("the log is damaged: its tails repeat a result that its checkpoint already covers");
        }
        found.or(recorded);
        return found;
    }
}
