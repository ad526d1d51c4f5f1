package io.backfill.benchmarks;

import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.models.Protection;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanRanges;
import io.backfill.simulator.engine.EngineParameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The effect of a batch on the interactive users of the same engine, in virtual time: bursts of interactive requests on one
 * replica, while a batch fills it under different controls. The control "ours" is the limit of the product itself, driven as in the
 * gateway.
 */
final class InteractiveBench implements Bench {
    private static final int UNGATED = 64;

    /** Interactive requests arrive at random for eighteen minutes, with one rate for 90 s and another for the next 90 s. */
    private static final double SECONDS = 18 * 60;

    private static final double PHASE = 90;
    private static final double BURST_RATE = 8;
    private static final double IDLE_RATE = 1;
    private static final int PROMPT_TOKENS = 1500;
    private static final int OUTPUT_TOKENS = 250;

    /** Means over the traffic seeds; times in seconds. */
    private record Means(double batchPerSecond, double ttftMedian, double ttftTail, double betweenTokens) {
        static final Means NOTHING = new Means(0, 0, 0, 0);

        static Means of(List<SharedEngine.Result> all) {
            return new Means(
                    mean(all, SharedEngine.Result::batchPerSecond),
                    mean(all, result -> result.firstToken(0.5)),
                    mean(all, result -> result.firstToken(0.99)),
                    mean(all, result -> result.betweenTokens(0.5)));
        }

        private static double mean(List<SharedEngine.Result> all, ToDoubleFunction<SharedEngine.Result> figure) {
            return all.stream().mapToDouble(figure).average().orElse(Double.NaN);
        }
    }

    /** How the batch is throttled. */
    private record Control(String label, int cap, Optional<Protection> protection, boolean fileOrder) {}

    private static final List<Control> CONTROLS = List.of(
            new Control("no batch", 0, Optional.empty(), false),
            new Control("ungated, file order", UNGATED, Optional.empty(), true),
            new Control("ungated", UNGATED, Optional.empty(), false),
            new Control("fixed 16", 16, Optional.empty(), false),
            new Control("ours, default", UNGATED, Optional.of(Protection.DEFAULT), false),
            new Control("ours, target 44", UNGATED, target(44), false),
            new Control("ours, target 32", UNGATED, target(32), false),
            new Control("ours, target 24", UNGATED, target(24), false));

    /** The targets of a control: maximum latency relative to no batch, and minimum throughput relative to the ungated batch. */
    private record Goal(double latency, double throughput) {}

    private static Optional<Goal> goal(Control control) {
        return switch (control.label()) {
            case "ours, default" -> Optional.of(new Goal(1.18, 0.8));
            case "ours, target 44" -> Optional.of(new Goal(1.10, 0.6));
            default -> Optional.empty();
        };
    }

    private static Optional<Protection> target(int running) {
        return Optional.of(new Protection(true, 1, OptionalInt.of(running), 0.8));
    }

    @Override
    public String name() {
        return "interactive";
    }

    @Override
    public String summary() {
        return "interactive latency while a batch runs: TTFT, time between tokens and batch throughput by control";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench interactive [flags]

                  --engine NAME   h100-8b: bursts of requests beside three workloads; vllm-cpu-tiny: one streaming client
                                  beside a batch, compared with what a real vLLM showed (h100-8b)
                  --seeds N       traffic seeds (5)
                  --lines N       lines of each batch, only with h100-8b (25000)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--engine", "--seeds", "--lines");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int seeds = flags.number("--seeds", 5);
        EngineParameters parameters =
                EngineParameters.named(flags.text("--engine").orElse(EngineParameters.H100_8B.name()));
        if (parameters != EngineParameters.H100_8B) {
            return new StreamingClientScene(parameters, workplace.out()).run(seeds);
        }
        int lines = flags.number("--lines", 25_000);
        workplace.out().println("  engine: " + EngineParameters.H100_8B);
        List<Measure> rows = new ArrayList<>();
        for (PromptWorkload workload : List.of(PromptWorkload.USERDOC, PromptWorkload.TURNS, PromptWorkload.SYS)) {
            List<PromptWorkload.Prompt> file = workload.shuffled(lines, 1);
            List<PromptWorkload.Prompt> ordered = ordered(workplace, file);
            Means none = Means.NOTHING;
            Means ungated = none;
            for (Control control : CONTROLS) {
                List<SharedEngine.Result> results = new ArrayList<>();
                for (int seed = 1; seed <= seeds; seed++) {
                    SharedEngine engine = new SharedEngine(
                            EngineParameters.H100_8B,
                            new EngineUsers.Bursts(seed, PHASE, BURST_RATE, IDLE_RATE, PROMPT_TOKENS, OUTPUT_TOKENS));
                    results.add(engine.run(
                            (control.fileOrder() ? file : ordered).iterator(), limit(control, engine), SECONDS, 0));
                }
                Means mean = Means.of(results);
                if (control.label().equals("no batch")) {
                    none = mean;
                } else if (control.label().equals("ungated")) {
                    ungated = mean;
                }
                workplace
                        .out()
                        .printf(
                                Locale.ROOT,
                                "  %-8s %-20s batch %5.1f/s  TTFT p50 %5.3f p99 %5.3f s  between tokens %4.1f ms%n",
                                workload.label(),
                                control.label(),
                                mean.batchPerSecond(),
                                mean.ttftMedian(),
                                mean.ttftTail(),
                                mean.betweenTokens() * 1000);
                String label = workload.label() + ", " + control.label() + ": ";
                Optional<Goal> goal = goal(control);
                String tail = label + "TTFT p99, of no batch";
                rows.add(
                        goal.isPresent()
                                ? Measure.within(
                                        tail,
                                        mean.ttftTail(),
                                        "s",
                                        none.ttftTail(),
                                        goal.get().latency())
                                : Measure.beside(tail, mean.ttftTail(), "s", none.ttftTail()));
                rows.add(Measure.beside(label + "TTFT p50, of no batch", mean.ttftMedian(), "s", none.ttftMedian()));
                rows.add(Measure.beside(
                        label + "between tokens p50, of no batch", mean.betweenTokens(), "s", none.betweenTokens()));
                if (control.cap() > 0 && ungated.batchPerSecond() > 0) {
                    String batch = label + "batch, of ungated";
                    double rate = mean.batchPerSecond();
                    rows.add(
                            goal.isPresent()
                                    ? Measure.against(
                                            batch,
                                            rate,
                                            "req/s",
                                            ungated.batchPerSecond(),
                                            goal.get().throughput())
                                    : Measure.beside(batch, rate, "req/s", ungated.batchPerSecond()));
                }
            }
        }
        return rows;
    }

    private static BatchControl limit(Control control, SharedEngine engine) {
        return control.cap() == 0
                ? BatchControl.fixed(0)
                : new ProductControl(control.protection(), control.cap(), engine::nanos);
    }

    private static List<PromptWorkload.Prompt> ordered(Workplace workplace, List<PromptWorkload.Prompt> file)
            throws IOException {
        DirectoryFileStore store = new DirectoryFileStore(workplace.folder("store"));
        PlanManifest manifest = PrefixBench.plan(workplace, store, file);
        List<PromptWorkload.Prompt> ordered = new ArrayList<>();
        try (PlanRanges ranges = PlanRanges.open(store, manifest.models().getFirst(), 1, new BitSet(), 0)) {
            for (Optional<PlanEntry> entry = ranges.next(0); entry.isPresent(); entry = ranges.next(0)) {
                ordered.add(file.get(entry.get().line() - 1));
            }
        }
        return ordered;
    }
}
