package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.BlobPiece;
import io.backfill.testing.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class JoinPlanTest {
    private static final long MIB = 1 << 20;
    private static final long LEAST = S3Config.LEAST_PART_BYTES;

    @RepeatedTest(40)
    void partsShouldBeAllBytesInTheirOrderAndAsS3WantsThem(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        List<BlobPiece> pieces = new ArrayList<>();
        for (int i = random.nextInt(60); i >= 0; i--) {
            long length = random.nextBoolean() ? random.nextInt(3000) : random.nextLong(150 * MIB);
            pieces.add(new BlobPiece("piece-" + i, random.nextInt(8) == 0 ? 0 : length));
        }
        List<JoinPlan.Part> parts = JoinPlan.of(pieces, 8 * MIB);
        assertThat(bytesOf(parts)).isEqualTo(bytesOfPieces(pieces));
        for (JoinPlan.Part part : parts) {
            assertThat(part.length()).isPositive();
            if (part != parts.getLast()) {
                assertThat(part.length()).isGreaterThanOrEqualTo(LEAST);
            }
            if (part.copied()) {
                assertThat(part.slices()).hasSize(1);
                assertThat(part.length()).isBetween(LEAST, 64 * MIB);
            } else {
                assertThat(part.length()).as("bytes in memory").isLessThanOrEqualTo(8 * MIB);
            }
        }
    }

    /** Returns the byte ranges of the parts, with consecutive ranges joined. */
    private static List<String> bytesOf(List<JoinPlan.Part> parts) {
        List<JoinPlan.Slice> joined = new ArrayList<>();
        for (JoinPlan.Part part : parts) {
            for (JoinPlan.Slice slice : part.slices()) {
                JoinPlan.Slice last = joined.isEmpty() ? null : joined.getLast();
                if (last != null && last.key().equals(slice.key())) {
                    assertThat(slice.position()).isEqualTo(last.length());
                    joined.set(joined.size() - 1, new JoinPlan.Slice(last.key(), 0, last.length() + slice.length()));
                } else {
                    assertThat(slice.position()).isZero();
                    joined.add(slice);
                }
            }
        }
        return joined.stream().map(slice -> slice.key() + " " + slice.length()).toList();
    }

    private static List<String> bytesOfPieces(List<BlobPiece> pieces) {
        return pieces.stream()
                .filter(piece -> piece.length() > 0)
                .map(piece -> piece.key() + " " + piece.length())
                .toList();
    }

    @Test
    void longPiecesShouldBeCopiedAndShortOnesReadTogether() {
        List<JoinPlan.Part> parts = JoinPlan.of(
                List.of(
                        new BlobPiece("a", 8 * MIB),
                        new BlobPiece("b", 100),
                        new BlobPiece("c", 200),
                        new BlobPiece("d", 20 * MIB)),
                8 * MIB);
        assertThat(parts)
                .containsExactly(
                        new JoinPlan.Part(List.of(new JoinPlan.Slice("a", 0, 8 * MIB)), true),
                        new JoinPlan.Part(
                                List.of(
                                        new JoinPlan.Slice("b", 0, 100),
                                        new JoinPlan.Slice("c", 0, 200),
                                        new JoinPlan.Slice("d", 0, LEAST - 300)),
                                false),
                        new JoinPlan.Part(List.of(new JoinPlan.Slice("d", LEAST - 300, 20 * MIB - LEAST + 300)), true));
    }

    @Test
    void partsShouldBeFewerThanTenThousandWhateverTheSize() {
        List<BlobPiece> pieces = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            pieces.add(new BlobPiece("piece-" + i, 6 * MIB));
        }
        assertThat(JoinPlan.of(pieces, 8 * MIB)).hasSizeLessThan(10_000);
        assertThat(JoinPlan.of(List.of(new BlobPiece("one", 2L << 40)), 8 * MIB))
                .hasSizeLessThan(10_000);
    }
}
