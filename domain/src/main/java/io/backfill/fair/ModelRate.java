package io.backfill.fair;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;

/**
 * Cost per second that a model got through on this node, measured only while there was work for it, in steps of ten seconds over the
 * last ten minutes. What other users take of the model is thereby in the figure. Counting is for any thread, the rest for one.
 */
final class ModelRate {
    private static final double STEP_SECONDS = 10;
    private static final int STEPS = 60;
    /** Steps from which on a lower quantile means something. */
    private static final int ENOUGH = 3;

    private static final double SAFE_QUANTILE = 0.2;
    private static final double BEST_MARGIN = 1.25;
    private static final double SHORTEST_SECONDS = 2;

    private final LongAdder counted = new LongAdder();
    private final Deque<Double> steps = new ArrayDeque<>();
    private long countedBefore;
    private double stepCost;
    private double stepSeconds;

    void finished(long cost) {
        counted.add(cost);
    }

    /** The last {@code seconds} are over; {@code busy}: there was work for the model all along. */
    void tick(double seconds, boolean busy) {
        long now = counted.sum();
        long cost = now - countedBefore;
        countedBefore = now;
        if (!busy) {
            return;
        }
        stepCost += cost;
        stepSeconds += seconds;
        if (stepSeconds >= STEP_SECONDS) {
            steps.addLast(stepCost / stepSeconds);
            if (steps.size() > STEPS) {
                steps.removeFirst();
            }
            stepCost = 0;
            stepSeconds = 0;
        }
    }

    /** A rate that the model keeps four times out of five; empty while nothing is known. */
    OptionalDouble safe() {
        if (steps.size() >= ENOUGH) {
            double[] sorted =
                    steps.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return positive(sorted[(int) (SAFE_QUANTILE * sorted.length)]);
        }
        if (!steps.isEmpty()) {
            return positive(Arrays.stream(
                            steps.stream().mapToDouble(Double::doubleValue).toArray())
                    .average()
                    .orElse(0));
        }
        return stepSeconds < SHORTEST_SECONDS ? OptionalDouble.empty() : positive(stepCost / stepSeconds);
    }

    /** A rate that it hardly exceeds; empty until enough was measured, for models and clients warm up. */
    OptionalDouble best() {
        return steps.size() < ENOUGH
                ? OptionalDouble.empty()
                : positive(BEST_MARGIN
                        * steps.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    private static OptionalDouble positive(double rate) {
        return rate > 0 ? OptionalDouble.of(rate) : OptionalDouble.empty();
    }
}
