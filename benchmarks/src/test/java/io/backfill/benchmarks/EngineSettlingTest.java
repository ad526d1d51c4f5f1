package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineSettlingTest {
    private static List<EngineGateway.Account> run(int seconds, IntToDoubleFunction answered) {
        return IntStream.rangeClosed(0, seconds)
                .mapToObj(second ->
                        new EngineGateway.Account(second * 1_000_000_000L, 0, answered.applyAsDouble(second), 0, 1))
                .toList();
    }

    @Test
    void aConstantRateShouldBeReachedAtOnce() {
        assertThat(EngineSettling.seconds(run(300, second -> 4 * second))).isZero();
    }

    @Test
    void aRateThatStartsAtHalfShouldBeReachedWhenAWholeMinuteIsFast() {
        // half the rate for 50 s: the minute from 50 s on is fast, that from 45 s on is at 0.958
        assertThat(EngineSettling.seconds(run(300, second -> 4 * second - 2 * Math.min(second, 50))))
                .isEqualTo(50);
    }

    @Test
    void aRateThatRisesAtTheEndShouldBeReachedThen() {
        assertThat(EngineSettling.seconds(run(300, second -> second + 40 * Math.max(0, second - 290))))
                .isEqualTo(235);
    }
}
