package io.backfill.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A run of one mode, or the medians of several.
 *
 * @param linesPerSecond throughput of the batch; 0 without one
 * @param limit mean number of calls that the batch might have open
 */
record UserResult(double linesPerSecond, double limit, UserLatency user) {
    /** The result of a mode. */
    record OfMode(EngineMode mode, UserResult result) {
        String label() {
            return mode.label();
        }

        UserLatency user() {
            return result.user();
        }
    }

    /** Returns the median of each figure. */
    static UserResult median(List<UserResult> all) {
        return new UserResult(
                median(all, UserResult::linesPerSecond),
                median(all, UserResult::limit),
                new UserLatency(
                        all.stream().mapToInt(one -> one.user().answered()).sum(),
                        all.stream().mapToInt(one -> one.user().failed()).sum(),
                        median(all, one -> one.user().ttft50()),
                        median(all, one -> one.user().ttft95()),
                        median(all, one -> one.user().itl50()),
                        median(all, one -> one.user().itl95()),
                        median(all, one -> one.user().within())));
    }

    private static double median(List<UserResult> all, ToDoubleFunction<UserResult> figure) {
        return Percentiles.median(all.stream().mapToDouble(figure).boxed().toList());
    }

    /** Returns the result as one line of text. */
    String line(String label) {
        return String.format(
                        Locale.ROOT,
                        "%-18s batch %6.2f lines/s, limit %5.1f | TTFT p50 %7.1f p95 %7.1f ms | between tokens p50 %6.1f p95 %6.1f ms |"
                                + " %d answered, %d failed",
                        label,
                        linesPerSecond,
                        limit,
                        user.ttft50(),
                        user.ttft95(),
                        user.itl50(),
                        user.itl95(),
                        user.answered(),
                        user.failed())
                + (Double.isNaN(user.within())
                        ? ""
                        : String.format(Locale.ROOT, ", within targets %.3f", user.within()));
    }
}
