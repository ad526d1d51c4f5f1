package io.backfill.benchmarks;

import java.util.List;

/** Order statistics of a few thousand values. NaN if there are none. */
final class Percentiles {
    private Percentiles() {}

    /** Returns the smallest value that at least {@code share} of all values do not exceed (nearest rank). */
    static double of(List<Double> figures, double share) {
        if (figures.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = figures.stream().sorted().toList();
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.min(sorted.size(), Math.max(1, rank)) - 1);
    }

    /** Returns the median: the middle value, or the mean of the two middle values. */
    static double median(List<Double> figures) {
        if (figures.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    static double least(List<Double> figures) {
        return of(figures, 0);
    }

    static double most(List<Double> figures) {
        return of(figures, 1);
    }
}
