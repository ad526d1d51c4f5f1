package io.backfill.dispatch.metrics;

import io.backfill.replicas.LatencyHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Collects the lines of one histogram. Several series of a name are added bucket by bucket. Text that is no histogram gives one with too
 * few times in some of its buckets.
 */
final class HistogramText {
    private static final int MOST_BUCKETS = 128;
    private static final double MOST_TIMES = 1L << 53;

    /** For each upper bound the number of times up to it. */
    private final TreeMap<Double, Double> upTo = new TreeMap<>();

    private double all;
    private double sum;
    private boolean hasSum;

    /** Takes the line of a bucket. */
    void bucket(MetricSample sample) {
        double bound = sample.label("le").map(MetricSample::number).orElse(Double.NaN);
        if (bound == Double.POSITIVE_INFINITY) {
            all += sample.value();
        } else if (bound >= 0 && (upTo.size() < MOST_BUCKETS || upTo.containsKey(bound))) {
            upTo.merge(bound + 0.0, sample.value(), Double::sum);
        }
    }

    /** Takes the line of the sum. */
    void sum(double value) {
        sum += value;
        hasSum = true;
    }

    /** Returns the histogram of the lines taken so far, empty if they lack the sum. */
    LatencyHistogram histogram() {
        if (!hasSum || sum == Double.POSITIVE_INFINITY) {
            return LatencyHistogram.EMPTY;
        }
        List<Long> counts = new ArrayList<>();
        long before = 0;
        for (double number : upTo.values()) {
            long until = Math.max(before, times(number));
            counts.add(until - before);
            before = until;
        }
        counts.add(Math.max(0, times(all) - before));
        return new LatencyHistogram(List.copyOf(upTo.keySet()), counts, sum);
    }

    static long times(double number) {
        return (long) Math.min(number, MOST_TIMES);
    }
}
