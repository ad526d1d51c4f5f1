package io.backfill.fair;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;

/**
 * Cost per second that a model achieved on this node, in steps of ten seconds over the last ten minutes. Only time with work for
 * the model is measured, so the figure reflects what other users of the model take. Counting is thread-safe; all else is for one
 * thread.
 */
final class ModelRate {
    private static final double STEP_SECONDS = 10;
    private static final int STEPS = 60;
    /** Number of steps from which a lower quantile is meaningful. */
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

    /** Records that {@code seconds} have passed. {@code busy} is true if the model had work all that time. */
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

    /**
     * Returns a rate that the model reaches four times out of five, or its average while few steps are known; empty while none is
     * known.
     */
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

    /** Returns a rate that the model hardly exceeds; empty until enough was measured, because models and clients warm up. */
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
