package io.backfill.files.s3;

import io.backfill.files.BlobPiece;
import java.util.ArrayList;
import java.util.List;

/**
 * Which bytes of which pieces make which part of a joined object. S3 takes parts of 5 MiB and more only, but for the last one, and
 * ten thousand of them: long pieces are copied inside the bucket, short ones and the ends of long ones are read and sent
 * together. The same pieces always give the same parts.
 */
final class JoinPlan {
    /** A copy takes the server a while, in which it does not answer. */
    private static final long COPY_BYTES = 64L << 20;

    /** Streamed and copied parts together stay well below S3's ten thousand. */
    private static final long PARTS = 4000;

    private final long least;
    private final long streamed;
    private final List<Part> parts = new ArrayList<>();
    private List<Slice> slices = new ArrayList<>();
    private long gathered;

    private JoinPlan(long total, long partBytes) {
        this.least = Math.max(S3Config.LEAST_PART_BYTES, Math.ceilDiv(total, PARTS));
        this.streamed = Math.max(least, partBytes);
    }

    /** Some bytes of an object. */
    record Slice(String key, long position, long length) {}

    /** @param copied the bytes, which are one slice, do not pass through this process */
    record Part(List<Slice> slices, boolean copied) {
        long length() {
            return slices.stream().mapToLong(Slice::length).sum();
        }
    }

    static List<Part> of(List<BlobPiece> pieces, long partBytes) {
        JoinPlan plan =
                new JoinPlan(pieces.stream().mapToLong(BlobPiece::length).sum(), partBytes);
        pieces.forEach(plan::add);
        plan.endPart();
        return plan.parts;
    }

    private void add(BlobPiece piece) {
        long position = 0;
        while (position < piece.length()) {
            long left = piece.length() - position;
            long taken;
            if (left >= least && gathered >= least) {
                endPart();
                taken = 0;
            } else if (left >= least && gathered == 0) {
                taken = Math.min(left, Math.max(COPY_BYTES, least));
                parts.add(new Part(List.of(new Slice(piece.key(), position, taken)), true));
            } else {
                // of a long piece no more than makes the part long enough: the rest can be copied
                taken = Math.min(left, (left >= 2 * least ? least : streamed) - gathered);
                slices.add(new Slice(piece.key(), position, taken));
                gathered += taken;
                if (gathered >= streamed) {
                    endPart();
                }
            }
            position += taken;
        }
    }

    private void endPart() {
        if (gathered > 0) {
            parts.add(new Part(List.copyOf(slices), false));
            slices = new ArrayList<>();
            gathered = 0;
        }
    }
}
