package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.testing.SeededRandom;
import java.util.List;
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

        learn(few, rate.applyAsDouble(few), more, rate.applyAsDouble(more));

        assertThat(knee.callsFor(0.86, 1e6)).isCloseTo(1.966 * scale, within(0.08 * scale));
        assertThat(rate.applyAsDouble(knee.callsFor(0.985, 1e6)) / 9_700).isCloseTo(0.985, within(0.005));
    }

    /** Throughput of a vLLM on two processors, in uncached prompt tokens a second, by calls in flight; measured. */
    @ParameterizedTest
    @CsvSource({"1, 4421, 2, 6435", "2, 6435, 4, 8624", "4, 8624, 8, 9728", "3, 7698, 8, 9728"})
    void everyPairOfARealEngineShouldPlaceItAlike(double few, double rateOfFew, double more, double rateOfMore) {
        learn(few, rateOfFew, more, rateOfMore);

        assertThat(knee.callsFor(0.86, 1e6)).isBetween(2.4, 5.5);
    }

    @Test
    void aRateThatFallsShouldMeanFewerCalls() {
        learn(16, 9_700, 32, 9_000);

        assertThat(knee.callsFor(0.985, 1e6)).isLessThan(32);
    }

    @Test
    void aRateThatDoublesShouldMeanManyMore() {
        learn(4, 1_000, 8, 2_000);

        assertThat(knee.callsFor(0.86, 1e6)).isGreaterThan(32);
    }

    @RepeatedTest(50)
    void noiseOfAFewPercentShouldAverageOut(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        double scale = 1 + random.nextDouble() * 30;
        for (int i = 0; i < 30; i++) {
            double few = scale * (0.5 + random.nextDouble());
            learn(few, noisy(few, scale, random), 2 * few, noisy(2 * few, scale, random));
        }

        assertThat(knee.callsFor(0.86, 1e6)).isBetween(1.966 * scale * 0.75, 1.966 * scale * 1.35);
    }

    @RepeatedTest(100)
    void anyNumbersShouldGiveAPositiveAnswer(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        for (int i = 0; i < 20; i++) {
            double few = 0.5 + random.nextInt(100);
            learn(
                    few,
                    1e-6 + random.nextDouble() * 1e9,
                    few * 1.2 + random.nextInt(100),
                    1e-6 + random.nextDouble() * 1e9);
            assertThat(knee.callsFor(0.985, 1e6)).isPositive().isFinite();
        }
    }

    /** Rates of a real engine, all together: the place is that of no single pair. */
    @Test
    void allRatesOfARealEngineShouldPlaceItTogether() {
        double[][] rates = {{1, 4421}, {2, 6435}, {3, 7698}, {4, 8624}, {8, 9728}, {16, 9583}, {32, 9772}};
        for (double[] rate : rates) {
            knee.learn(rate[0], rate[1], 0);
        }

        assertThat(knee.callsFor(0.86, 32)).isBetween(3.0, 4.2);
    }

    /** A measurement of a few seconds is off by a tenth. Those of several numbers of calls together are not. */
    @RepeatedTest(50)
    void roughMeasurementsOfTheFirstMinuteShouldPlaceIt(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long now = 0;
        for (double calls : List.of(1.7, 3.4, 6.8, 3.4, 3.4, 3.4, 1.7, 3.4)) {
            now += 5_000_000_000L;
            knee.learn(calls, (1 - Math.exp(-calls / 1.9)) * (1 + 0.08 * random.nextGaussian()), now);
        }

        assertThat(knee.callsFor(0.84, 32)).isBetween(1.6, 6.5);
    }

    @Test
    void anotherEngineShouldBeLearnedInAFewMinutes() {
        for (int minute = 0; minute < 10; minute++) {
            double scale = minute < 3 ? 2 : 20;
            for (double calls : List.of(4.0, 8.0)) {
                knee.learn(calls, 1 - Math.exp(-calls / scale), minute * 60_000_000_000L);
            }
        }

        assertThat(knee.callsFor(0.84, 1e6)).isGreaterThan(25);
    }

    private void learn(double few, double rateOfFew, double more, double rateOfMore) {
        knee.learn(few, rateOfFew, 0);
        knee.learn(more, rateOfMore, 0);
    }

    private static double noisy(double calls, double scale, Random random) {
        return (1 - Math.exp(-calls / scale)) * (1 + 0.03 * random.nextGaussian());
    }
}
