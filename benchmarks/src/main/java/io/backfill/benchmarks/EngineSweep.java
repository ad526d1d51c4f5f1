package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.BatchWorkload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The throughput of the gateway's defaults beside fixed limits, in turns, without interactive users; and how soon it was reached. */
final class EngineSweep {
    private static final List<BatchWorkload> ALL =
            List.of(BatchWorkload.SHORT, BatchWorkload.LONG, BatchWorkload.OUTPUT, BatchWorkload.MIX);
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final double LEAST = 0.97;
    private static final double MOST_SETTLING_SECONDS = 60;

    private final Workplace workplace;
    private final EngineTarget target;
    private final EngineFlags flags;

    /** @param settling NaN for a fixed limit */
    private record Result(double linesPerSecond, double limit, double settling) {}

    private record OfMode(EngineMode mode, Result result) {}

    EngineSweep(Workplace workplace, EngineTarget target, EngineFlags flags) {
        this.workplace = workplace;
        this.target = target;
        this.flags = flags;
    }

    List<Measure> rows() throws IOException {
        List<BatchWorkload> workloads = flags.workload()
                .map(name -> List.of(EngineFlags.workload(name)))
                .orElse(ALL);
        List<Measure> rows = new ArrayList<>();
        for (BatchWorkload workload : workloads) {
            rows.addAll(rows(workload));
        }
        return rows;
    }

    private List<Measure> rows(BatchWorkload workload) throws IOException {
        List<EngineMode> modes = new ArrayList<>();
        if (flags.modes().contains("fixed")) {
            flags.limits().forEach(limit -> modes.add(EngineMode.fixed(limit)));
        }
        if (flags.modes().contains("unprotected")) {
            modes.add(EngineMode.fixed(flags.inFlight()));
        }
        if (flags.modes().contains("ours")) {
            modes.add(EngineMode.ours(flags.inFlight()));
        }
        Duration whole = flags.warmUp().plus(flags.measured()).plus(MARGIN);
        int lines = EngineLines.lasting(workplace, target, workload, flags, whole);
        EngineRun run = new EngineRun(
                workplace, target, workload, lines, flags.order(), flags.warmUp(), flags.measured(), false);
        List<List<Result>> results = new ArrayList<>();
        modes.forEach(_ -> results.add(new ArrayList<>()));
        for (int round = 1; round <= flags.rounds(); round++) {
            List<EngineMode> order = new ArrayList<>(modes);
            Collections.rotate(order, 1 - round);
            for (EngineMode mode : order) {
                int index = modes.indexOf(mode);
                EngineRun.Outcome outcome = run.of(mode, flags.seedOf(round, workload.ordinal() * 100 + index));
                Result result = new Result(
                        outcome.linesPerSecond(),
                        outcome.limit(),
                        mode.isFixed() ? Double.NaN : EngineSettling.seconds(outcome.samples()));
                results.get(index).add(result);
                workplace.out().println("  round " + round + ": " + line(workload, mode, result));
            }
        }
        List<OfMode> medians = new ArrayList<>();
        for (int i = 0; i < modes.size(); i++) {
            medians.add(new OfMode(modes.get(i), median(results.get(i))));
        }
        return table(name(workload), medians);
    }

    private static String name(BatchWorkload workload) {
        return workload.name().toLowerCase(Locale.ROOT);
    }

    private static String line(BatchWorkload workload, EngineMode mode, Result result) {
        return String.format(
                        Locale.ROOT,
                        "%-6s %-9s %7.2f lines/s, limit %5.1f",
                        name(workload),
                        mode.label(),
                        result.linesPerSecond(),
                        result.limit())
                + (mode.isFixed() ? "" : String.format(Locale.ROOT, ", reached after %.0f s", result.settling()));
    }

    private static Result median(List<Result> all) {
        return new Result(
                Percentiles.median(all.stream().map(Result::linesPerSecond).toList()),
                Percentiles.median(all.stream().map(Result::limit).toList()),
                Percentiles.median(all.stream().map(Result::settling).toList()));
    }

    private static List<Measure> table(String workload, List<OfMode> medians) {
        List<Measure> rows = new ArrayList<>();
        for (OfMode one : medians) {
            String label = workload + ", " + one.mode().label();
            rows.add(Measure.of(label, one.result().linesPerSecond(), "lines/s"));
            if (!one.mode().isFixed()) {
                rows.add(Measure.of(label + ": limit, mean", one.result().limit(), "calls"));
                rows.add(Measure.atMost(
                        label + ": first call to 0.97 of the final rate",
                        one.result().settling(),
                        "s",
                        MOST_SETTLING_SECONDS));
            }
        }
        medians.stream()
                .filter(one -> one.mode().isFixed())
                .max(Comparator.comparingDouble(one -> one.result().linesPerSecond()))
                .ifPresent(best -> medians.stream()
                        .filter(one -> !one.mode().isFixed())
                        .forEach(ours -> rows.add(Measure.against(
                                workload + ": ours beside the best, "
                                        + best.mode().label(),
                                ours.result().linesPerSecond(),
                                "lines/s",
                                best.result().linesPerSecond(),
                                LEAST))));
        return rows;
    }
}
