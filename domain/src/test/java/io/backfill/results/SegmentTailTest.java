package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Usage;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SegmentTailTest {
    @Test
    void anEmptyTailShouldHoldNothing() throws IOException {
        assertThat(tail(new byte[0])).isEqualTo(new SegmentTail(0, new BitSet(), LogTotals.NONE));
    }

    @Test
    void wholeLinesShouldCountWithTheirUsage() throws IOException {
        byte[] bytes = joined(line(7, 10), line(3, 10));

        SegmentTail tail = tail(bytes);

        assertThat(tail.bytes()).isEqualTo(bytes.length);
        assertThat(tail.lines().stream()).containsExactly(3, 7);
        assertThat(tail.totals()).isEqualTo(new LogTotals(2, 0, new Usage(20, 0, 0, 0, 20)));
    }

    @Test
    void errorLinesShouldCountAsFailedWithoutUsage() throws IOException {
        byte[] bytes = ResultLine.failed(SeededIds.batch(1), 5, "\"a\"".getBytes(StandardCharsets.UTF_8), "c", "m")
                .bytes();

        assertThat(SegmentTail.read(new ByteArrayInputStream(bytes), ResultKind.ERROR)
                        .totals())
                .isEqualTo(new LogTotals(0, 1, Usage.NONE));
    }

    /** A kill can end the segment at any byte. In each case exactly the whole lines count. */
    @Test
    void aTailThatIsCutOffAnywhereShouldHoldItsWholeLines() throws IOException {
        byte[] first = line(1, 10).bytes();
        byte[] bytes = joined(line(1, 10), line(2, 10));
        for (int length = 0; length < bytes.length; length++) {
            SegmentTail tail = tail(Arrays.copyOf(bytes, length));
            boolean one = length >= first.length;
            assertThat(tail.bytes()).isEqualTo(one ? first.length : 0);
            assertThat(tail.lines().cardinality()).isEqualTo(one ? 1 : 0);
        }
    }

    @Test
    void aLineLargerThanTheBufferShouldCount() throws IOException {
        byte[] bytes = joined(line(1, 3_000_000), line(2, 10));

        assertThat(tail(bytes).lines().stream()).containsExactly(1, 2);
        assertThat(tail(bytes).bytes()).isEqualTo(bytes.length);
        assertThat(tail(bytes).totals()).isEqualTo(new LogTotals(2, 0, new Usage(20, 0, 0, 0, 20)));
    }

    @Test
    void theTailShouldEndBeforeAWholeLineThatIsNotOurs() throws IOException {
        byte[] good = line(1, 10).bytes();
        byte[] later = line(2, 10).bytes();
        byte[] bytes = Arrays.copyOf(good, good.length + 200 + later.length);
        bytes[good.length + 199] = '\n';
        System.arraycopy(later, 0, bytes, good.length + 200, later.length);

        assertThat(tail(bytes).bytes()).isEqualTo(good.length);
        assertThat(tail(bytes).lines().stream()).containsExactly(1);
    }

    @Test
    void theTailShouldEndBeforeALineOfOursWithAHoleInIt() throws IOException {
        byte[] good = line(1, 10).bytes();
        byte[] holed = line(2, 500).bytes();
        Arrays.fill(holed, 100, 300, (byte) 0);

        SegmentTail tail = tail(joinedBytes(good, holed));

        assertThat(tail.bytes()).isEqualTo(good.length);
        assertThat(tail.totals().completed()).isEqualTo(1);
    }

    @Test
    void theTailShouldEndBeforeALargeLineWithAHoleInIt() throws IOException {
        byte[] good = line(1, 10).bytes();
        byte[] holed = line(2, 500_000).bytes();
        holed[400_000] = 0;

        assertThat(tail(joinedBytes(good, holed)).bytes()).isEqualTo(good.length);
    }

    private static byte[] joinedBytes(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void linesShouldBeFoundHoweverTheBytesArrive(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        BitSet lines = new BitSet();
        int count = random.nextInt(40);
        for (int i = 1; i <= count; i++) {
            all.writeBytes(line(i, random.nextInt(random.nextInt(6) == 0 ? 300_000 : 20_000))
                    .bytes());
            lines.set(i);
        }
        long whole = all.size();
        byte[] half = line(count + 1, 100).bytes();
        all.write(half, 0, random.nextInt(half.length));

        SegmentTail tail = SegmentTail.read(trickling(all.toByteArray(), random), ResultKind.OUTPUT);

        assertThat(tail.bytes()).isEqualTo(whole);
        assertThat(tail.lines()).isEqualTo(lines);
        assertThat(tail.totals().completed()).isEqualTo(count);
    }

    private static InputStream trickling(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + random.nextInt(30_000)));
            }
        };
    }

    private static SegmentTail tail(byte[] bytes) throws IOException {
        return SegmentTail.read(new ByteArrayInputStream(bytes), ResultKind.OUTPUT);
    }

    private static ResultLine line(int number, int size) {
        String body = "{\"text\":\"" + "x".repeat(size) + "\",\"usage\":{\"prompt_tokens\":10,\"total_tokens\":10}}";
        return ResultLine.answered(
                SeededIds.batch(1),
                number,
                "\"id\"".getBytes(StandardCharsets.UTF_8),
                200,
                "r",
                AnswerBody.of(body.getBytes(StandardCharsets.UTF_8), "application/json"));
    }

    private static byte[] joined(ResultLine... lines) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ResultLine line : lines) {
            all.writeBytes(line.bytes());
        }
        return all.toByteArray();
    }
}
