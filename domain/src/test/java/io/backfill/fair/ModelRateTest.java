package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.testing.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ModelRateTest {
    private final ModelRate rate = new ModelRate();

    /** Compares each result with one computed from the whole history. */
    @RepeatedTest(30)
    void theSafeRateShouldBeTheOneOfTheWholeHistory(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        double busyShare = 0.5 + random.nextDouble() / 2;
        double idleShare = random.nextInt(3) * 0.2;
        List<Tick> busy = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            long cost = 0;
            while (random.nextDouble() >= idleShare && random.nextInt(3) > 0) {
                long each = 1 + random.nextInt(10_000);
                rate.finished(each);
                cost += each;
            }
            double seconds = 0.5 * (1 + random.nextInt(6));
            boolean wanted = random.nextDouble() < busyShare;
            rate.tick(seconds, wanted);
            if (wanted) {
                busy.add(new Tick(seconds, cost));
            }
            if (i > 30 && i % 11 != 0) {
                continue;
            }
            OptionalDouble expected = naive(busy);
            OptionalDouble safe = rate.safe();
            assertThat(safe.isPresent()).as("tick %d", i).isEqualTo(expected.isPresent());
            assertThat(safe.orElse(0)).as("tick %d", i).isCloseTo(expected.orElse(0), within(1e-6));
        }
    }

    private record Tick(double seconds, long cost) {}

    private static OptionalDouble naive(List<Tick> busy) {
        List<Double> steps = new ArrayList<>();
        double seconds = 0;
        long cost = 0;
        for (Tick tick : busy) {
            seconds += tick.seconds();
            cost += tick.cost();
            if (seconds >= 10) {
                steps.add(cost / seconds);
                seconds = 0;
                cost = 0;
            }
        }
        List<Double> last = steps.subList(Math.max(0, steps.size() - 60), steps.size());
        double safe;
        if (last.size() >= 3) {
            safe = keptFourTimesOfFive(last);
        } else if (!last.isEmpty()) {
            safe = last.stream().mapToDouble(Double::doubleValue).sum() / last.size();
        } else {
            safe = seconds < 2 ? 0 : cost / seconds;
        }
        return safe > 0 ? OptionalDouble.of(safe) : OptionalDouble.empty();
    }

    /** Returns the highest rate that at least four of five steps reached. */
    private static double keptFourTimesOfFive(List<Double> steps) {
        double best = 0;
        for (double candidate : steps) {
            long reached = steps.stream().filter(step -> step >= candidate).count();
            if (reached * 5 >= steps.size() * 4L) {
                best = Math.max(best, candidate);
            }
        }
        return best;
    }

    @Test
    void whatEndsWhileNobodyWantsTheModelShouldNotCount() {
        rate.finished(1_000_000);
        rate.tick(10, false);
        rate.finished(100);
        rate.tick(10, true);

        assertThat(rate.safe()).hasValue(10);
    }

    @Test
    void aRateShouldTakeTwoSecondsToBeKnown() {
        rate.finished(100);
        rate.tick(1, true);
        assertThat(rate.safe()).isEmpty();
        rate.finished(300);
        rate.tick(1, true);
        assertThat(rate.safe()).hasValue(200);
    }
}
