package io.backfill.ops;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** A histogram of call durations with fixed buckets: a few hundred bytes, whatever the number of calls. Thread-safe. */
final class DurationHistogram {
    private static final double NANOS = 1e9;
    /** Upper bounds in seconds; an extra bucket counts longer durations. */
    private static final double[] BOUNDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};

    private final LongAdder[] buckets =
            Stream.generate(LongAdder::new).limit(BOUNDS.length + 1).toArray(LongAdder[]::new);
    private final LongAdder nanosOfAll = new LongAdder();

    void record(long nanos) {
        int at = Arrays.binarySearch(BOUNDS, nanos / NANOS);
        buckets[at < 0 ? -at - 1 : at].increment();
        nanosOfAll.add(nanos);
    }

    /**
     * Appends the histogram in Prometheus' text format.
     *
     * @param labels as written between the braces; not empty
     */
    void write(StringBuilder text, String name, String labels) {
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i].sum();
            String bound = i < BOUNDS.length ? String.valueOf(BOUNDS[i]) : "+Inf";
            text.append(name)
                    .append("_bucket{")
                    .append(labels)
                    .append(",le=\"")
                    .append(bound)
                    .append("\"} ");
            text.append(sum).append('\n');
        }
        text.append(name).append("_sum{").append(labels).append("} ");
        text.append(nanosOfAll.sum() / NANOS).append('\n');
        text.append(name)
                .append("_count{")
                .append(labels)
                .append("} ")
                .append(sum)
                .append('\n');
    }
}
