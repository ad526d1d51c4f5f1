package io.backfill.simulator.engine;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of durations with upper bounds, as in Prometheus. Thread-safe. */
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** Creates a histogram with ascending bounds. A last bucket without a bound is added. */
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Adds a value {@code times} times. */
    void add(double seconds, int times) {
        int bucket = 0;
        while (bucket < bounds.length && seconds > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].add(times);
        sum.add(seconds * times);
    }

    public double sum() {
        return sum.sum();
    }

    public long count() {
        long count = 0;
        for (LongAdder bucket : counts) {
            count += bucket.sum();
        }
        return count;
    }

    /** Passes each bound, ascending and ending with infinity, with the number of values up to it. */
    public void forEachBucket(Bucket bucket) {
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            bucket.upTo(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, count);
        }
    }

    /** One cumulative bucket. */
    public interface Bucket {
        void upTo(double bound, long count);
    }
}
