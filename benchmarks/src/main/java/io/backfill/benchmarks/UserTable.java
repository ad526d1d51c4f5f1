package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.ScatterPlot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Rows and picture of what an interactive user felt in each mode. */
final class UserTable {
    /** What is required: share of the unprotected throughput, and multiples of the latencies without a batch. */
    private record Goal(String prefix, double throughput, double ttft50, double ttft95, double itl95) {}

    private static final Goal REQUIRED = new Goal("", 0.8, 2.5, 5, 5);
    private static final Goal BEYOND = new Goal("goal beyond, ", 0.85, 2, 4, 4);
    private static final double WITHIN_TARGETS = 0.95;

    private UserTable() {}

    /** Returns a row per figure of each mode, and the targets as far as the modes that they need were run. */
    static List<Measure> rows(List<UserResult.OfMode> modes) {
        List<Measure> rows = new ArrayList<>();
        for (UserResult.OfMode mode : modes) {
            String label = mode.label() + ": ";
            if (mode.mode().hasBatch()) {
                rows.add(Measure.of(label + "batch", mode.result().linesPerSecond(), "lines/s"));
                rows.add(Measure.of(label + "limit, mean", mode.result().limit(), "calls"));
            }
            rows.add(Measure.of(label + "TTFT p50", mode.user().ttft50(), "ms"));
            rows.add(Measure.of(label + "TTFT p95", mode.user().ttft95(), "ms"));
            rows.add(Measure.of(label + "between tokens p50", mode.user().itl50(), "ms"));
            rows.add(Measure.of(label + "between tokens p95", mode.user().itl95(), "ms"));
            rows.add(
                    Measure.of(label + "requests without an answer", mode.user().failed(), "requests"));
            if (!Double.isNaN(mode.user().within())) {
                boolean required = mode.label().startsWith("ours with");
                String share = label + "requests within the targets";
                rows.add(
                        required
                                ? Measure.against(share, mode.user().within(), "share", 1, WITHIN_TARGETS)
                                : Measure.of(share, mode.user().within(), "share"));
            }
        }
        for (UserResult.OfMode mode : modes) {
            if (mode.label().startsWith("ours")) {
                rows.addAll(compared(mode, modes));
            }
        }
        return rows;
    }

    private static List<Measure> compared(UserResult.OfMode ours, List<UserResult.OfMode> modes) {
        List<Measure> rows = new ArrayList<>();
        Optional<UserResult.OfMode> alone = find(modes, "alone");
        Optional<UserResult.OfMode> unprotected = find(modes, "unprotected");
        for (Goal goal : List.of(REQUIRED, BEYOND)) {
            String label = goal.prefix() + ours.label() + ": ";
            unprotected.ifPresent(one -> rows.add(Measure.against(
                    label + "batch, of unprotected",
                    ours.result().linesPerSecond(),
                    "lines/s",
                    one.result().linesPerSecond(),
                    goal.throughput())));
            alone.ifPresent(one -> {
                rows.add(within(label + "TTFT p50, of alone", ours, one, UserLatency::ttft50, goal.ttft50()));
                rows.add(within(label + "TTFT p95, of alone", ours, one, UserLatency::ttft95, goal.ttft95()));
                rows.add(within(label + "between tokens p95, of alone", ours, one, UserLatency::itl95, goal.itl95()));
            });
        }
        if (modes.stream().anyMatch(mode -> mode.mode().isFixed())) {
            rows.add(Measure.atMost(
                    ours.label() + ": fixed limits that are better in throughput and TTFT p95",
                    better(ours, modes).size(),
                    "limits",
                    0));
        }
        return rows;
    }

    private static Measure within(
            String label,
            UserResult.OfMode ours,
            UserResult.OfMode alone,
            ToDoubleFunction<UserLatency> figure,
            double most) {
        return Measure.within(label, figure.applyAsDouble(ours.user()), "ms", figure.applyAsDouble(alone.user()), most);
    }

    /** Returns the fixed limits that are better in throughput and in the time to first token (p95) together. */
    static List<String> better(UserResult.OfMode ours, List<UserResult.OfMode> modes) {
        return modes.stream()
                .filter(mode -> mode.mode().isFixed())
                .filter(mode -> mode.result().linesPerSecond() > ours.result().linesPerSecond()
                        && mode.user().ttft95() < ours.user().ttft95())
                .map(UserResult.OfMode::label)
                .toList();
    }

    private static Optional<UserResult.OfMode> find(List<UserResult.OfMode> modes, String label) {
        return modes.stream().filter(mode -> mode.label().equals(label)).findFirst();
    }

    /** Returns latency over throughput, with one point for each mode. */
    static ScatterPlot picture(String title, List<UserResult.OfMode> modes) {
        return new ScatterPlot(
                title,
                "batch, lines/s",
                List.of(
                        panel("time to first token, p95, ms", modes, UserLatency::ttft95),
                        panel("time between tokens, p95, ms", modes, UserLatency::itl95)));
    }

    private static ScatterPlot.Panel panel(
            String label, List<UserResult.OfMode> modes, ToDoubleFunction<UserLatency> figure) {
        return new ScatterPlot.Panel(
                label,
                modes.stream()
                        .sorted(Comparator.comparingInt(mode -> mode.mode().inFlight()))
                        .map(mode -> new ScatterPlot.Point(
                                mode.label(),
                                mode.result().linesPerSecond(),
                                figure.applyAsDouble(mode.user()),
                                kind(mode.mode())))
                        .toList());
    }

    private static ScatterPlot.Kind kind(EngineMode mode) {
        if (!mode.hasBatch()) {
            return ScatterPlot.Kind.REFERENCE;
        }
        return mode.isFixed() ? ScatterPlot.Kind.OTHER : ScatterPlot.Kind.OURS;
    }
}
