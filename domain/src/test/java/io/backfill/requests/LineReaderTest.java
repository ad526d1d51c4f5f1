package io.backfill.requests;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    private static final int MAX = 1024;
    private static final String BOM = "\uFEFF";

    /** What a reader returns for one line; {@code text} is empty for a line that is too long. */
    record Read(int number, long offset, String text, boolean tooLong) {}

    @Test
    void linesShouldComeWithNumberAndOffset() throws IOException {
        assertThat(read("{a}\n{bb}\n")).containsExactly(line(1, 0, "{a}"), line(2, 4, "{bb}"));
    }

    @Test
    void theLastLineShouldNotNeedItsEnd() throws IOException {
        assertThat(read("{a}\n{bb}")).containsExactly(line(1, 0, "{a}"), line(2, 4, "{bb}"));
    }

    @Test
    void carriageReturnsShouldBelongToTheLineEnd() throws IOException {
        assertThat(read("{a}\r\n{bb}\r\n{c}\r"))
                .containsExactly(line(1, 0, "{a}"), line(2, 5, "{bb}"), line(3, 11, "{c}"));
    }

    @Test
    void blankLinesShouldCountAndNotCome() throws IOException {
        assertThat(read("\n \t\r\n{a}\n\n\n{b}\n\n")).containsExactly(line(3, 5, "{a}"), line(6, 11, "{b}"));
    }

    @Test
    void aByteOrderMarkShouldBeSkippedOnTheFirstLineOnly() throws IOException {
        assertThat(read(BOM + "{a}\n" + BOM + "{b}\n")).containsExactly(line(1, 3, "{a}"), line(2, 7, BOM + "{b}"));
        assertThat(read(BOM + "\n{b}\n")).containsExactly(line(2, 4, "{b}"));
        assertThat(read(BOM)).isEmpty();
        assertThat(read(BOM + BOM + "x")).containsExactly(line(1, 3, BOM + "x"));
    }

    @Test
    void halfAByteOrderMarkShouldBeText() throws IOException {
        byte[] half = {(byte) 0xEF, (byte) 0xBB};
        LineReader reader = new LineReader(new ByteArrayInputStream(half), MAX);

        assertThat(reader.next().orElseThrow().length()).isEqualTo(2);
    }

    @Test
    void anEmptyInputShouldHaveNoLine() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(read("\n\n \r\n")).isEmpty();
    }

    @Test
    void leadingBlanksShouldStayAndTrailingOnesGo() throws IOException {
        assertThat(read("  {a} \t \n")).containsExactly(line(1, 0, "  {a}"));
    }

    @Test
    void aLineOfTheLargestLengthShouldCome() throws IOException {
        String largest = "x".repeat(MAX);

        assertThat(read(BOM + largest + "\r\n{b}")).containsExactly(line(1, 3, largest), line(2, MAX + 5L, "{b}"));
        assertThat(read(largest)).containsExactly(line(1, 0, largest));
    }

    @Test
    void aLineOneByteLongerShouldBeSkippedAndCounted() throws IOException {
        String tooLong = "x".repeat(MAX + 1);

        assertThat(read("{a}\n" + tooLong + "\n{c}\n"))
                .containsExactly(line(1, 0, "{a}"), tooLong(2, 4), line(3, MAX + 6L, "{c}"));
        assertThat(read(tooLong)).containsExactly(tooLong(1, 0));
    }

    @Test
    void aLineLongerThanAnyBufferShouldBeSkippedWithTheRightOffsetsBehindIt() throws IOException {
        String huge = "x".repeat(3_000_000);

        assertThat(read(huge + "\n{b}\n" + huge + "\r\n\n{d}"))
                .containsExactly(
                        tooLong(1, 0), line(2, 3_000_001, "{b}"), tooLong(3, 3_000_005), line(5, 6_000_008, "{d}"));
    }

    @Test
    void aLineOfTenMegabytesShouldComeWhole() throws IOException {
        byte[] bytes = new byte[10 * 1024 * 1024 + 20];
        Arrays.fill(bytes, (byte) 'y');
        bytes[3] = '\n';
        bytes[bytes.length - 5] = '\n';
        LineReader reader = new LineReader(new ByteArrayInputStream(bytes), 16 * 1024 * 1024);

        reader.next();
        Line large = reader.next().orElseThrow();
        assertThat(large.offset()).isEqualTo(4);
        assertThat(large.length()).isEqualTo(bytes.length - 9);
        assertThat(reader.next().orElseThrow().offset()).isEqualTo(bytes.length - 4);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void offsetsShouldGoBeyondTwoGigabytes() throws IOException {
        LineReader reader = new LineReader(new Repeated("x".repeat(9_999_999) + "\n", 220), 1024);
        Line last = null;
        for (Optional<Line> line = reader.next(); line.isPresent(); line = reader.next()) {
            last = line.get();
        }

        assertThat(last.number()).isEqualTo(220);
        assertThat(last.offset()).isEqualTo(2_190_000_000L);
    }

    @Test
    void whetherALineIsTooLongShouldNotDependOnHowItsBytesArrive() throws IOException {
        byte[] input = ("x".repeat(1000) + " ".repeat(500) + "\n" + " ".repeat(2000) + "\n" + "y".repeat(MAX) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        List<Read> atOnce = read(new ByteArrayInputStream(input));

        assertThat(read(new Chunked(input, new Random(1), 7))).isEqualTo(atOnce);
        assertThat(atOnce).containsExactly(tooLong(1, 0), tooLong(2, 1501), new Read(3, 3502, "y".repeat(MAX), false));
    }

    @Test
    void aLineOfTheLargestLengthShouldComeAlsoByteByByte() throws IOException {
        String largest = "x".repeat(MAX);
        byte[] input = (BOM + largest + "\r\n" + largest + "y\n").getBytes(StandardCharsets.UTF_8);

        assertThat(read(new Chunked(input, new Random(1), 1)))
                .containsExactly(line(1, 3, largest), tooLong(2, MAX + 5L));
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void linesShouldBeThoseOfTheNaiveReaderHoweverTheBytesArrive(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        byte[] input = randomInput(random);
        List<Read> expected = naive(input);

        assertThat(read(new Chunked(input, random, 1 + random.nextInt(3000)))).isEqualTo(expected);
        assertThat(read(new ByteArrayInputStream(input))).isEqualTo(expected);
    }

    private static byte[] randomInput(Random random) {
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? BOM : "");
        int lines = random.nextInt(12);
        for (int i = 0; i < lines; i++) {
            switch (random.nextInt(6)) {
                case 0 -> text.append(" ".repeat(random.nextInt(4)));
                case 1 -> text.append("z".repeat(MAX - 3 + random.nextInt(8)));
                case 2 ->
                    text.append("w".repeat(random.nextInt(5000)))
                            .append(random.nextBoolean() ? "é" : "")
                            .append("w".repeat(random.nextInt(50)));
                case 3 -> text.append("q".repeat(MAX - 10)).append(" ".repeat(random.nextInt(20)));
                default -> text.append("{\"ü\":").append(random.nextInt()).append("}");
            }
            text.append(random.nextInt(3) == 0 ? "\r\n" : "\n");
        }
        if (random.nextBoolean()) {
            text.append("last");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the whole input in memory, in simple steps. */
    private static List<Read> naive(byte[] input) {
        List<Read> lines = new ArrayList<>();
        int start = 0;
        for (int number = 1; start < input.length; number++) {
            int newline = start;
            while (newline < input.length && input[newline] != '\n') {
                newline++;
            }
            String raw = new String(input, start, newline - start, StandardCharsets.ISO_8859_1);
            int offset = start;
            if (number == 1 && raw.startsWith("\u00EF\u00BB\u00BF")) {
                raw = raw.substring(3);
                offset += 3;
            }
            raw = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
            if (raw.length() > MAX) {
                lines.add(tooLong(number, start));
            } else if (!raw.isBlank()) {
                String trimmed = raw.replaceAll("[ \t\r]+$", "");
                byte[] bytes = trimmed.getBytes(StandardCharsets.ISO_8859_1);
                lines.add(line(number, offset, new String(bytes, StandardCharsets.UTF_8)));
            }
            start = newline + 1;
        }
        return lines;
    }

    private static Read line(int number, long offset, String text) {
        return new Read(number, offset, text, false);
    }

    private static Read tooLong(int number, long offset) {
        return new Read(number, offset, "", true);
    }

    private static List<Read> read(String input) throws IOException {
        return read(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Read> read(InputStream in) throws IOException {
        LineReader reader = new LineReader(in, MAX);
        List<Read> lines = new ArrayList<>();
        for (Optional<Line> next = reader.next(); next.isPresent(); next = reader.next()) {
            Line line = next.get();
            // for a first line after a byte order mark, the flag is not defined
            if (line.number() > 1 && !line.tooLong()) {
                assertThat(line.ascii()).isEqualTo(isAscii(line));
            }
            lines.add(new Read(
                    line.number(),
                    line.offset(),
                    new String(line.buffer(), line.start(), line.length(), StandardCharsets.UTF_8),
                    line.tooLong()));
        }
        assertThat(reader.next()).isEmpty();
        return lines;
    }

    private static boolean isAscii(Line line) {
        boolean ascii = true;
        for (int i = line.start(); i < line.start() + line.length(); i++) {
            ascii &= line.buffer()[i] >= 0;
        }
        return ascii;
    }

    /** Returns its bytes in pieces of random size. */
    private static final class Chunked extends InputStream {
        private final InputStream in;
        private final Random random;
        private final int largest;

        Chunked(byte[] bytes, Random random, int largest) {
            this.in = new ByteArrayInputStream(bytes);
            this.random = random;
            this.largest = largest;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return in.read(into, offset, Math.min(length, 1 + random.nextInt(largest)));
        }
    }

    /** Returns the same piece again and again. */
    private static final class Repeated extends InputStream {
        private final byte[] piece;
        private long left;

        Repeated(String piece, int times) {
            this.piece = piece.getBytes(StandardCharsets.US_ASCII);
            this.left = (long) times * this.piece.length;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int at = (int) ((piece.length - left % piece.length) % piece.length);
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, into, offset, count);
            left -= count;
            return count;
        }
    }
}
