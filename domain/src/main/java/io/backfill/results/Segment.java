package io.backfill.results;

import io.backfill.files.BlobPiece;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One append-only blob of complete result lines.
 *
 * @param epoch of the owner that wrote it; other owners never write to it
 * @param sequence within epoch and kind, from 1
 * @param length number of bytes that count; bytes beyond were written by an owner that had lost its lease, or are an incomplete
 *     line
 */
public record Segment(long epoch, int sequence, ResultKind kind, long length) {
    /** The order of assembly: older epochs first. */
    public static final Comparator<Segment> ORDER = Comparator.comparing(Segment::kind)
            .thenComparingLong(Segment::epoch)
            .thenComparingInt(Segment::sequence);

    private static final Pattern NAME = Pattern.compile("e([0-9]{1,18})-s([0-9]{1,9})\\.(out|err)");

    /** Returns the segment's name within its partition's folder. */
    public String name() {
        return String.format(Locale.ROOT, "e%06d-s%04d.%s", epoch, sequence, kind.suffix());
    }

    /** Returns the segment with this blob name and {@code length} bytes; empty if it is not the name of a segment. */
    public static Optional<Segment> ofName(String name, long length) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        ResultKind kind = matcher.group(3).equals(ResultKind.OUTPUT.suffix()) ? ResultKind.OUTPUT : ResultKind.ERROR;
        return Optional.of(
                new Segment(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)), kind, length));
    }

    public Segment withLength(long newLength) {
        return new Segment(epoch, sequence, kind, newLength);
    }

    public boolean sameBlob(Segment other) {
        return epoch == other.epoch && sequence == other.sequence && kind == other.kind;
    }

    public BlobPiece piece(String folder) {
        return new BlobPiece(folder + "/" + name(), length);
    }
}
