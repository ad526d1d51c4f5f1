package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.testing.SeededRandom;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KneeTest {
    private final Knee knee = new Knee();

    @ParameterizedTest
    @CsvSource({"2, 4, 1.9", "1, 2, 1.9", "8, 16, 6.5", "32, 64, 40", "100, 200, 90", "3, 9, 4"})
    void twoRatesOfTheCurveShouldPlaceIt(double few, double more, double scale) {
        DoubleUnaryOperator rate = calls -> 9_700 * (1 - Math.exp(-calls / scale));

        knee.learn(few, rate.applyAsDouble(few), more, rate.applyAsDouble(more));

        assertThat(knee.callsFor(0.86, 1e6)).isCloseTo(1.966 * scale, within(0.02 * scale));
        assertThat(rate.applyAsDouble(knee.callsFor(0.985, 1e6)) / 9_700).isCloseTo(0.985, within(0.001));
    }

    /** Throughput of a vLLM on two processors, in uncached prompt tokens a second, by calls in flight; measured. */
    @ParameterizedTest
    @CsvSource({"1, 4421, 2, 6435", "2, 6435, 4, 8624", "4, 8624, 8, 9728", "3, 7698, 8, 9728"})
    void everyPairOfARealEngineShouldPlaceItAlike(double few, double rateOfFew, double more, double rateOfMore) {
        knee.learn(few, rateOfFew, more, rateOfMore);

        assertThat(knee.callsFor(0.86, 1e6)).isBetween(2.4, 5.5);
    }

    @Test
    void aRateThatFallsShouldMeanFewerCalls() {
        knee.learn(16, 9_700, 32, 9_000);

        assertThat(knee.callsFor(0.985, 1e6)).isLessThan(32);
    }

    @Test
    void aRateThatDoublesShouldMeanManyMore() {
        knee.learn(4, 1_000, 8, 2_000);

        assertThat(knee.callsFor(0.86, 1e6)).isGreaterThan(32);
    }

    @RepeatedTest(50)
    void noiseOfAFewPercentShouldAverageOut(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        double scale = 1 + random.nextDouble() * 30;
        for (int i = 0; i < 30; i++) {
            double few = scale * (0.5 + random.nextDouble());
            knee.learn(few, noisy(few, scale, random), 2 * few, noisy(2 * few, scale, random));
        }

        assertThat(knee.callsFor(0.86, 1e6)).isBetween(1.966 * scale * 0.75, 1.966 * scale * 1.35);
    }

    @RepeatedTest(100)
    void anyNumbersShouldGiveAPositiveAnswer(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        for (int i = 0; i < 20; i++) {
            double few = 0.5 + random.nextInt(100);
            knee.learn(
                    few, 1e-6 + random.nextDouble() * 1e9, few * 1.2 + random.nextInt(100), random.nextDouble() * 1e9);
            assertThat(knee.callsFor(0.985, 1e6)).isPositive().isFinite();
        }
    }

    private static double noisy(double calls, double scale, Random random) {
        return (1 - Math.exp(-calls / scale)) * (1 + 0.03 * random.nextGaussian());
    }
}
