package io.backfill.benchmarks;

import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanRanges;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.simulator.engine.EngineParameters;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The share of its prompts that a job finds in the engines' caches, in file order, in the order of the first system message, and in
 * the product's order, in virtual time on the simulator's engine. "Ours" is the product's own planner and its ranges on a real
 * input file.
 */
final class PrefixBench implements Bench {
    private static final String MODEL = "engine-sim";
    private static final String INPUT = "files/in";
    private static final int TAIL_WINDOWS = 4;

    /** The size of the cache, the requests in flight at each replica, and the number of replicas. */
    private record Setup(int blocks, int inFlight, int replicas) {
        String label() {
            return blocks + " blocks x" + replicas;
        }
    }

    private static final List<Setup> SETUPS = List.of(
            new Setup(2_300, 16, 1),
            new Setup(9_000, 32, 1),
            new Setup(27_000, 64, 1),
            new Setup(2_300, 16, 8),
            new Setup(9_000, 32, 8),
            new Setup(27_000, 64, 8));

    @Override
    public String name() {
        return "prefix";
    }

    @Override
    public String summary() {
        return "prefix reuse: hit ratio, job time and imbalance in three orders, against the bound";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench prefix [flags]

                  --lines N       lines of each workload (20000)
                  --workloads A,B any of sys, sysdoc, userdoc, sysxdoc, table, fewshot, turns, passk, rag, qfirst, unique (all)
                  --layout L      shuffled (default) or grouped, the natural layout
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--workloads", "--layout");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int lines = flags.number("--lines", 20_000);
        boolean grouped = switch (flags.text("--layout").orElse("shuffled")) {
            case "shuffled" -> false;
            case "grouped" -> true;
            default -> throw new IllegalArgumentException("--layout must be shuffled or grouped");
        };
        List<PromptWorkload> workloads = flags.text("--workloads")
                .map(names -> Arrays.stream(names.split(","))
                        .map(name -> PromptWorkload.valueOf(name.strip().toUpperCase(Locale.ROOT)))
                        .toList())
                .orElse(List.of(PromptWorkload.values()));
        workplace
                .out()
                .println("  engine: " + EngineParameters.H100_8B + ", " + lines + " lines, "
                        + (grouped ? "grouped" : "shuffled"));
        List<Measure> rows = new ArrayList<>();
        for (PromptWorkload workload : workloads) {
            rows.addAll(measure(workplace, workload, grouped ? workload.grouped(lines) : workload.shuffled(lines, 1)));
        }
        return rows;
    }

    private static List<Measure> measure(Workplace workplace, PromptWorkload workload, List<PromptWorkload.Prompt> file)
            throws IOException {
        DirectoryFileStore store = new DirectoryFileStore(workplace.folder("store"));
        PlanManifest manifest = plan(workplace, store, file);
        double foreseen = manifest.prefixBound();
        double bound = engineBound(file);
        List<PromptWorkload.Prompt> bySystem = new ArrayList<>(file);
        Map<Long, Integer> first = new HashMap<>();
        for (PromptWorkload.Prompt prompt : file) {
            first.putIfAbsent(prompt.system(), first.size());
        }
        bySystem.sort(Comparator.comparingInt(prompt -> first.getOrDefault(prompt.system(), 0)));
        List<Measure> rows = new ArrayList<>();
        for (Setup setup : SETUPS) {
            EngineParameters engine = EngineParameters.H100_8B.withBlocks(setup.blocks());
            EngineFleet.Run inFile = fleet(engine, setup).run(queue(file));
            EngineFleet.Run system = fleet(engine, setup).run(queue(bySystem));
            EngineFleet.Run ours;
            try (PlanRanges ranges = PlanRanges.open(
                    store,
                    manifest.models().getFirst(),
                    setup.replicas(),
                    new BitSet(),
                    TAIL_WINDOWS * setup.inFlight() * setup.replicas())) {
                ours = fleet(engine, setup).run(replica -> {
                    Optional<PlanEntry> entry = ranges.next(replica);
                    return entry.map(taken -> file.get(taken.line() - 1));
                });
            }
            workplace
                    .out()
                    .printf(
                            Locale.ROOT,
                            "  %-8s %5d blocks x%d  bound %.3f | file %.3f %6.0f s | system %.3f %6.0f s | ours %.3f"
                                    + " %6.0f s | imbalance %.3f %.3f %.3f%n",
                            workload.label(),
                            setup.blocks(),
                            setup.replicas(),
                            bound,
                            inFile.hits(),
                            inFile.seconds(),
                            system.hits(),
                            system.seconds(),
                            ours.hits(),
                            ours.seconds(),
                            inFile.imbalance(),
                            system.imbalance(),
                            ours.imbalance());
            String label = workload.label() + " " + setup.label() + ": ";
            rows.add(Measure.beside(label + "hits, of the bound kept with the batch", ours.hits(), "share", foreseen));
            rows.add(Measure.against(label + "hits, of the bound", ours.hits(), "share", bound, 0.99));
            rows.add(Measure.against(label + "hits, of file order", ours.hits(), "share", inFile.hits(), 0.99));
            rows.add(Measure.beside(label + "hits, of system order", ours.hits(), "share", system.hits()));
            rows.add(Measure.within(label + "job time, of file order", ours.seconds(), "s", inFile.seconds(), 1.02));
            rows.add(Measure.beside(label + "job time, of system order", ours.seconds(), "s", system.seconds()));
            if (setup.replicas() > 1) {
                rows.add(Measure.atMost(label + "imbalance", ours.imbalance(), "x", 1.05));
            }
        }
        return rows;
    }

    /**
     * Returns the share of tokens that an infinite cache of the engine's blocks would find: every block of the prefix tree is
     * computed once.
     */
    private static double engineBound(List<PromptWorkload.Prompt> prompts) {
        LongStream.Builder all = LongStream.builder();
        long tokens = 0;
        for (PromptWorkload.Prompt prompt : prompts) {
            Arrays.stream(prompt.blocks()).forEach(all);
            tokens += prompt.tokens();
        }
        long[] blocks = all.build().toArray();
        Arrays.sort(blocks);
        long repeated = 0;
        for (int i = 1; i < blocks.length; i++) {
            repeated += blocks[i] == blocks[i - 1] ? 1 : 0;
        }
        return (double) repeated * PromptWorkload.BLOCK / tokens;
    }

    private static EngineFleet fleet(EngineParameters engine, Setup setup) {
        return new EngineFleet(engine, setup.replicas(), setup.inFlight());
    }

    /** Returns a source from which every replica takes the next request. */
    private static EngineFleet.Source queue(List<PromptWorkload.Prompt> order) {
        Deque<PromptWorkload.Prompt> left = new ArrayDeque<>(order);
        return replica -> Optional.ofNullable(left.poll());
    }

    /** Runs the product's planner on a real file. */
    static PlanManifest plan(Workplace workplace, DirectoryFileStore store, List<PromptWorkload.Prompt> file)
            throws IOException {
        Path input = workplace.folder("input").resolve("in.jsonl");
        try (BufferedWriter writer = Files.newBufferedWriter(input, StandardCharsets.US_ASCII)) {
            for (PromptWorkload.Prompt prompt : file) {
                writer.write(prompt.json(MODEL));
            }
        }
        try (InputStream bytes = Files.newInputStream(input)) {
            store.put(INPUT, bytes, Long.MAX_VALUE);
        }
        Files.delete(input);
        PlanConfig limits = new PlanConfig(50_000_000, Long.MAX_VALUE, 16 << 20, 32, true, PlanOrder.PREFIX);
        Planner planner = new Planner(store, limits, endpoint -> true, MODEL::equals);
        BatchId batch = new IdGenerator(Clock.systemUTC(), new Random(1)).batchId();
        PlanResult result = planner.plan(batch, "/v1/chat/completions", INPUT, PlanOrder.PREFIX, () -> false);
        if (result instanceof PlanResult.Planned planned) {
            return planned.manifest();
        }
        throw new IOException("planning failed: " + result);
    }
}
