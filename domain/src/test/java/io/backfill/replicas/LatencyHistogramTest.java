package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private static final List<Double> BOUNDS = List.of(0.1, 0.2, 0.4);

    @Test
    void anEmptyHistogramShouldHaveNoMeanAndNoQuantile() {
        assertThat(LatencyHistogram.EMPTY.count()).isZero();
        assertThat(LatencyHistogram.EMPTY.mean()).isEmpty();
        assertThat(LatencyHistogram.EMPTY.quantile(0.5)).isEmpty();
        assertThat(of(0, 0, 0, 0, 0).quantile(0.5)).isEmpty();
    }

    @Test
    void quantilesShouldBeSpreadEvenlyWithinABucket() {
        LatencyHistogram histogram = of(10, 0, 10, 0, 4);

        assertThat(histogram.count()).isEqualTo(20);
        assertThat(histogram.mean()).hasValue(0.2);
        assertThat(histogram.quantile(0)).hasValue(0);
        assertThat(histogram.quantile(0.25).orElseThrow()).isCloseTo(0.05, within(1e-9));
        assertThat(histogram.quantile(0.5).orElseThrow()).isCloseTo(0.1, within(1e-9));
        assertThat(histogram.quantile(0.75).orElseThrow()).isCloseTo(0.3, within(1e-9));
        assertThat(histogram.quantile(1).orElseThrow()).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void aQuantileAboveAllBoundsShouldBeTheHighestBound() {
        assertThat(of(1, 0, 0, 9, 500).quantile(0.5)).hasValue(0.4);
    }

    @Test
    void withoutBoundsAQuantileShouldBeTheMean() {
        assertThat(new LatencyHistogram(List.of(), List.of(4L), 1).quantile(0.95))
                .hasValue(0.25);
    }

    @Test
    void onlyTimesAfterAnEarlierHistogramShouldCount() {
        LatencyHistogram later = of(3, 2, 5, 1, 4.5).since(of(3, 1, 1, 0, 1.5));

        assertThat(later.counts()).containsExactly(0L, 1L, 4L, 1L);
        assertThat(later.mean()).hasValue(0.5);
        assertThat(later.since(later).count()).isZero();
    }

    @Test
    void aRestartShouldMakeAllTimesLaterOnes() {
        LatencyHistogram before = of(3, 1, 1, 0, 1.5);
        LatencyHistogram fewer = of(2, 5, 5, 5, 9);
        LatencyHistogram lowerSum = of(3, 1, 1, 0, 1.4);
        LatencyHistogram otherBounds = new LatencyHistogram(List.of(1.0), List.of(9L, 9L), 9);

        assertThat(fewer.since(before)).isEqualTo(fewer);
        assertThat(lowerSum.since(before)).isEqualTo(lowerSum);
        assertThat(otherBounds.since(before)).isEqualTo(otherBounds);
        assertThat(before.since(LatencyHistogram.EMPTY)).isEqualTo(before);
    }

    /** The estimate never leaves the bucket of the true quantile. */
    @Test
    void anEstimateShouldBeInTheBucketOfTheTrueQuantile() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Double> times = random.doubles(1 + random.nextInt(60), 0, 0.4)
                    .sorted()
                    .boxed()
                    .toList();
            LatencyHistogram histogram = of(times);
            double share = (1 + random.nextInt(100)) / 100.0;
            double exact = times.get(Math.max(0, (int) Math.ceil(share * times.size() - 1e-9) - 1));
            double upper =
                    BOUNDS.stream().filter(bound -> exact <= bound).findFirst().orElseThrow();
            double lower = BOUNDS.indexOf(upper) == 0 ? 0 : BOUNDS.get(BOUNDS.indexOf(upper) - 1);

            assertThat(histogram.quantile(share).orElseThrow())
                    .as("seed %d, share %f", seed, share)
                    .isBetween(lower - 1e-9, upper + 1e-9);
        }
    }

    @Test
    void numbersThatAreNoHistogramShouldBeRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LatencyHistogram(List.of(0.2, 0.1), List.of(0L, 0L, 0L), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LatencyHistogram(List.of(0.0, 0.0), List.of(0L, 0L, 0L), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LatencyHistogram(List.of(Double.NaN), List.of(0L, 0L), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LatencyHistogram(List.of(Double.POSITIVE_INFINITY), List.of(0L, 0L), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LatencyHistogram(List.of(), List.of(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LatencyHistogram(List.of(), List.of(-1L), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LatencyHistogram(List.of(), List.of(1L), Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> of(1, 0, 0, 0, 1).quantile(1.1));
        assertThatIllegalArgumentException().isThrownBy(() -> of(1, 0, 0, 0, 1).quantile(Double.NaN));
    }

    private static LatencyHistogram of(long first, long second, long third, long above, double sum) {
        return new LatencyHistogram(BOUNDS, List.of(first, second, third, above), sum);
    }

    private static LatencyHistogram of(List<Double> times) {
        TreeMap<Double, Long> counts = new TreeMap<>();
        BOUNDS.forEach(bound -> counts.put(bound, 0L));
        times.forEach(time -> counts.merge(counts.ceilingKey(time), 1L, Long::sum));
        List<Long> all = new ArrayList<>(counts.values());
        all.add(0L);
        return new LatencyHistogram(
                BOUNDS, all, times.stream().mapToDouble(Double::doubleValue).sum());
    }
}
