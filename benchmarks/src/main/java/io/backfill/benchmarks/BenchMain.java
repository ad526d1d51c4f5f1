package io.backfill.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Runs one benchmark, prints its table and writes its result file. Exit status: 0 if it ran, whether or not targets were met, 1 if
 * it could not be measured, 64 for an unknown name or flag.
 */
public final class BenchMain {
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final List<Bench> ALL = List.of(
            new LinesBench(),
            new OffloadBench(),
            new KillBench(),
            new DispatchBench(),
            new WindowBench(),
            new PlanBench(),
            new PickupBench(),
            new MemoryBench(),
            new FaultsBench(),
            new FairBench(),
            new HarmBench(),
            new PrefixBench(),
            new InteractiveBench(),
            new EngineBench());

    private BenchMain() {}

    public static void main(String[] arguments) {
        List<String> words = Arrays.asList(arguments);
        if (words.isEmpty()
                || words.getFirst().equals("--help")
                || words.getFirst().equals("-h")) {
            System.out.print(list());
            System.exit(words.isEmpty() ? USAGE : 0);
        }
        Optional<Bench> bench =
                ALL.stream().filter(one -> one.name().equals(words.getFirst())).findFirst();
        if (bench.isEmpty()) {
            System.err.println("bench: unknown benchmark '" + words.getFirst() + "'");
            System.err.print(list());
            System.exit(USAGE);
            return;
        }
        System.exit(run(bench.get(), words.subList(1, words.size())));
    }

    private static int run(Bench bench, List<String> words) {
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(bench.help());
            return 0;
        }
        Flags flags;
        try {
            flags = Flags.parse(words, bench.flags(), bench.switches());
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench: " + wrong.getMessage());
            System.err.print(bench.help());
            return USAGE;
        }
        Path home = Path.of(System.getProperty("backfill.home", "")).toAbsolutePath();
        try (Workplace workplace = Workplace.open(home, System.out)) {
            Report report =
                    new Report(bench.name(), Machine.commit(home), Machine.describe(), bench.run(workplace, flags));
            report.print(System.out);
            Path file = report.write(home.resolve("benchmarks/results"), Clock.systemUTC());
            System.out.println("  written to " + home.relativize(file));
            return 0;
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench: " + wrong.getMessage());
            return USAGE;
        } catch (IOException broken) {
            System.err.println("bench: " + broken.getMessage());
            return FAILED;
        } catch (Exception broken) {
            System.err.println("bench: " + broken);
            return FAILED;
        }
    }

    private static String list() {
        StringBuilder text =
                new StringBuilder("usage: ./backfill bench NAME [flags]    (NAME --help lists its flags)\n\n");
        for (Bench bench : ALL) {
            text.append(String.format("  %-10s %s%n", bench.name(), bench.summary()));
        }
        return text.append("\nPrints a table and writes benchmarks/results/NAME-<time>.json.\n")
                .toString();
    }
}
