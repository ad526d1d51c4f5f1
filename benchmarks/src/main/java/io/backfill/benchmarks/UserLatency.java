package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.StreamTimes;
import java.util.List;

/**
 * What an interactive user felt; times in milliseconds.
 *
 * @param answered number of streams that brought an answer
 * @param failed number of those that did not
 * @param within share of the streams within the targets, if there are any; NaN otherwise
 */
record UserLatency(int answered, int failed, double ttft50, double ttft95, double itl50, double itl95, double within) {
    /** Latency targets of single streams, in milliseconds; the second is for the mean of a stream's gaps. */
    record Targets(double ttft, double itl) {
        static final Targets NONE = new Targets(Double.NaN, Double.NaN);

        boolean areMetBy(StreamTimes stream) {
            return !(stream.firstMillis() > ttft) && !(stream.meanGapMillis() > itl);
        }

        boolean exist() {
            return !Double.isNaN(ttft) || !Double.isNaN(itl);
        }
    }

    /** Summarizes streams. A failed stream counts as outside of the targets. */
    static UserLatency of(List<StreamTimes> streams, Targets targets) {
        List<StreamTimes> answered =
                streams.stream().filter(one -> !one.failed()).toList();
        List<Double> first = answered.stream().map(StreamTimes::firstMillis).toList();
        List<Double> gaps =
                answered.stream().flatMap(one -> one.gapsMillis().stream()).toList();
        double within = targets.exist() && !streams.isEmpty()
                ? (double) answered.stream().filter(targets::areMetBy).count() / streams.size()
                : Double.NaN;
        return new UserLatency(
                answered.size(),
                streams.size() - answered.size(),
                Percentiles.of(first, 0.5),
                Percentiles.of(first, 0.95),
                Percentiles.of(gaps, 0.5),
                Percentiles.of(gaps, 0.95),
                within);
    }
}
