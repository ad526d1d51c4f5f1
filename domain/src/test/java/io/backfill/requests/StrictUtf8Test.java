package io.backfill.requests;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The oracle is the JDK's decoder, which reports malformed input. */
class StrictUtf8Test {
    private static final int[] INTERESTING = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF
    };

    @Test
    void everyCombinationOfTwoBytesShouldBeJudgedAsTheJdkDoes() {
        for (int i = 0; i < 65_536; i++) {
            check(new byte[] {(byte) (i >> 8), (byte) i});
        }
    }

    @Test
    void everyCombinationOfFourInterestingBytesShouldBeJudgedAsTheJdkDoes() {
        byte[] bytes = new byte[4];
        int n = INTERESTING.length;
        for (int i = 0; i < n * n * n * n; i++) {
            bytes[0] = (byte) INTERESTING[i % n];
            bytes[1] = (byte) INTERESTING[i / n % n];
            bytes[2] = (byte) INTERESTING[i / (n * n) % n];
            bytes[3] = (byte) INTERESTING[i / (n * n * n)];
            check(bytes);
        }
    }

    @RepeatedTest(value = 2000, failureThreshold = 1)
    void textWithABrokenByteAnywhereShouldBeJudgedAsTheJdkDoes(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            int limit = random.nextBoolean() ? 0x80 : random.nextBoolean() ? 0x800 : 0x11_0000;
            int point = random.nextInt(limit);
            text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? 'x' : point);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        check(bytes);
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
            check(bytes);
        }
    }

    @Test
    void onlyTheGivenRangeShouldCount() {
        byte[] bytes = "\u00e4abc\u00e4".getBytes(StandardCharsets.UTF_8);

        assertThat(StrictUtf8.valid(bytes, 2, 3)).isTrue();
        assertThat(StrictUtf8.valid(bytes, 1, 4)).isFalse();
        assertThat(StrictUtf8.valid(bytes, 2, 4)).isFalse();
        assertThat(StrictUtf8.valid(bytes, 5, 2)).isTrue();
        assertThat(StrictUtf8.valid(bytes, 7, 0)).isTrue();
    }

    private static void check(byte[] bytes) {
        if (StrictUtf8.valid(bytes, 0, bytes.length) != oracle(bytes)) {
            assertThat(StrictUtf8.valid(bytes, 0, bytes.length))
                    .as(HexFormat.of().formatHex(bytes))
                    .isEqualTo(oracle(bytes));
        }
    }

    private static boolean oracle(byte[] bytes) {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        return !StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), text, true)
                .isError();
    }
}
