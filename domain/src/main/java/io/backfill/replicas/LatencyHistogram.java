package io.backfill.replicas;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Counts of measured times by bucket. Some engines report only the number and the sum of times; their histogram has no bounds, and one
 * bucket for all times.
 *
 * @param bounds upper bounds of the buckets in seconds, inclusive and ascending; a last bucket without a bound follows them
 * @param counts number of times in each bucket, one more than there are bounds
 * @param sum sum of all times in seconds
 */
public record LatencyHistogram(List<Double> bounds, List<Long> counts, double sum) {

    /** No time was measured. */
    public static final LatencyHistogram EMPTY = new LatencyHistogram(List.of(), List.of(0L), 0);

    /**
     * Creates a histogram.
     *
     * @throws IllegalArgumentException if the bounds are not ascending, a number is negative or not finite, or the number of counts is wrong
     */
    public LatencyHistogram {
        bounds = List.copyOf(bounds);
        counts = List.copyOf(counts);
        if (counts.size() != bounds.size() + 1) {
            throw new IllegalArgumentException(bounds.size() + " bounds need one more count, not " + counts.size());
        }
        double last = -1;
        for (double bound : bounds) {
            if (!(bound >= 0 && bound > last) || bound == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("the bounds are negative, not ascending or not finite: " + bounds);
            }
            last = bound;
        }
        if (counts.stream().anyMatch(count -> count < 0) || !(sum >= 0) || sum == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a count or the sum is negative, or not finite");
        }
    }

    /** Returns the number of all times. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the mean of all times in seconds, or empty if there are none. */
    public OptionalDouble mean() {
        long count = count();
        return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }

    /**
     * Returns an estimate of a quantile in seconds, or empty if there are no times. Times are assumed to be spread evenly within a bucket.
     * In the last bucket the estimate is the highest bound, and without bounds it is the mean.
     *
     * @param share share of times that are at most as long, 0 to 1
     * @throws IllegalArgumentException if the share is not between 0 and 1
     */
    public OptionalDouble quantile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("not between 0 and 1: " + share);
        }
        long count = count();
        if (count == 0 || bounds.isEmpty()) {
            return mean();
        }
        double rank = share * count;
        long below = 0;
        for (int i = 0; i < bounds.size(); i++) {
            long inside = counts.get(i);
            if (inside > 0 && below + inside >= rank) {
                double lower = i == 0 ? 0 : bounds.get(i - 1);
                return OptionalDouble.of(lower + (bounds.get(i) - lower) * (rank - below) / inside);
            }
            below += inside;
        }
        return OptionalDouble.of(bounds.getLast());
    }

    /**
     * Returns the times measured since an earlier histogram of the same engine. If the bounds differ or a count or the sum is lower than
     * before, the engine was restarted in between, and all times of this histogram are later.
     */
    public LatencyHistogram since(LatencyHistogram earlier) {
        if (!bounds.equals(earlier.bounds) || sum < earlier.sum) {
            return this;
        }
        List<Long> added = IntStream.range(0, counts.size())
                .mapToObj(i -> counts.get(i) - earlier.counts.get(i))
                .toList();
        if (added.stream().anyMatch(count -> count < 0)) {
            return this;
        }
        return new LatencyHistogram(bounds, added, sum - earlier.sum);
    }
}
