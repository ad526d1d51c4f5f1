package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    private static final List<Double> ONE_TO_HUNDRED =
            IntStream.rangeClosed(1, 100).mapToObj(i -> (double) (101 - i)).toList();

    @Test
    void aPercentileShouldBeTheSmallestFigureThatTheShareDoesNotExceed() {
        assertThat(Percentiles.of(ONE_TO_HUNDRED, 0.5)).isEqualTo(50);
        assertThat(Percentiles.of(ONE_TO_HUNDRED, 0.99)).isEqualTo(99);
        assertThat(Percentiles.of(List.of(7.0), 0.99)).isEqualTo(7);
    }

    @Test
    void leastAndMostShouldBeTheEnds() {
        assertThat(Percentiles.least(ONE_TO_HUNDRED)).isEqualTo(1);
        assertThat(Percentiles.most(ONE_TO_HUNDRED)).isEqualTo(100);
    }

    @Test
    void theMedianOfAnEvenNumberShouldLieBetweenTheTwoInTheMiddle() {
        assertThat(Percentiles.median(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(2.5);
        assertThat(Percentiles.median(List.of(9.0, 1.0, 3.0))).isEqualTo(3);
    }

    @Test
    void nothingShouldHaveNoPercentile() {
        assertThat(Percentiles.of(List.of(), 0.5)).isNaN();
        assertThat(Percentiles.median(List.of())).isNaN();
    }
}
