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
 * Finds out what counts of a log, and makes it the new owner's: the newest checkpoint, and the tails of its epoch that it has not
 * decided about. Tails of other epochs belong to owners who had lost the lease.
 */
final class S3LogRecovery {
    /** Between two looks a living owner has to fill a whole generation, so more than this many times is another fault. */
    private static final int LOOKS = 10;

    /** Finds the places in the plan of physical lines. */
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
     * What a log holds for a new owner.
     *
     * @param checkpoint of the new owner, not recorded yet; all it names is there
     * @param seen what that checkpoint decides about, and may be deleted once it is recorded
     */
    record Recovered(Checkpoint checkpoint, LogObjects.Listing seen) {}

    /** @param sequence from the highest number in use to one that this owner never used before, for its first checkpoint */
    Recovered recover(long epoch, IntUnaryOperator sequence) throws IOException {
        NoSuchFileException gone = new NoSuchFileException("nothing");
        for (int look = 0; look < LOOKS; look++) {
            try {
                return look(epoch, sequence);
            } catch (NoSuchFileException e) {
                // the earlier owner is alive, and has just rewritten what was listed
                gone = e;
            }
        }
        throw new IOException("the log is damaged, or another owner writes it: " + gone.getFile() + " is gone", gone);
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
            // one that is younger than the listing has to be looked at
            long size = there == null ? objects.size(segment) : there.length();
            if (size < segment.length()) {
                throw new IOException("the log is damaged: segment " + segment.name() + " has " + size
                        + " bytes, its checkpoint says " + segment.length());
            }
        }
    }

    private BitSet withPlacesOf(BitSet lines, BitSet recorded) throws IOException {
        BitSet found = places.of(lines);
        if (found.cardinality() != lines.cardinality()) {
            throw new IOException("the log is damaged: it has results of lines that are not in the plan");
        }
        if (found.intersects(recorded)) {
            throw new IOException("the log is damaged: it has a result again that its checkpoint has");
        }
        found.or(recorded);
        return found;
    }
}
