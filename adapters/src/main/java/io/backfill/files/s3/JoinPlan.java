package io.backfill.files.s3;

import io.backfill.files.BlobPiece;
import java.util.ArrayList;
import java.util.List;

/**
 * Assigns the bytes of the pieces to the parts of a joined object. S3 accepts at most ten thousand parts, and requires at least 5 MiB
 * for every part except the last. Long pieces are copied inside the bucket. Short pieces and the ends of long ones are read and sent
 * together. The same pieces always result in the same parts.
 */
final class JoinPlan {
    /** Limit on the size of one copy, because the server does not answer until the copy is done. */
    private static final long COPY_BYTES = 64L << 20;

    /** Bounds the minimum part size so that streamed and copied parts together stay well below S3's limit of ten thousand. */
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

    /** A range of an object. */
    record Slice(String key, long position, long length) {}

    /**
     * One part of the joined object.
     *
     * @param copied true if the part is a single slice that is copied in the bucket and does not pass through this process
     */
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
                // take only enough of a long piece to fill the part to its minimum: the remainder can be copied
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
