package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BareClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Lines per second through the dispatch step, beside a client that does nothing but send the same bodies: same HTTP library, same
 * number of virtual threads, same JVM flags, same model. Both processes live through all rounds and take turns, so both are
 * warm and a slow minute of the machine meets both.
 */
final class DispatchBench implements Bench {
    private static final String PATH = "/v1/chat/completions";
    private static final double LEAST_RATIO = 0.75;
    private static final double MODEL_CPU_SHARE = 1.0 / 3;

    @Override
    public String name() {
        return "dispatch";
    }

    @Override
    public String summary() {
        return "lines/s through the dispatch step beside a bare client of the same HTTP library";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench dispatch [--lines N] [--bytes N] [--in-flight N] [--rounds N] [--warm-up N]

                  --lines N       lines of each round (50000)
                  --bytes N       size of a line, about (1024)
                  --in-flight N   cap of the model, and threads of the bare client (64)
                  --rounds N      rounds of each that count, in turns (5)
                  --warm-up N     rounds of each before them (4)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--bytes", "--in-flight", "--rounds", "--warm-up");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int lines = flags.number("--lines", 50_000);
        int inFlight = flags.number("--in-flight", 64);
        int rounds = flags.number("--rounds", 5);
        int warmUp = flags.number("--warm-up", 4);
        Path input = InputFile.write(
                workplace.folder("input").resolve("lines.jsonl"), Stage.MODEL, lines, flags.number("--bytes", 1024));
        try (Stage stage = Stage.open(workplace, inFlight, Map.of());
                BareClient bare = BareClient.start(stage.model().baseUrl(), PATH, input, inFlight)) {
            String file = stage.client().upload(input);
            List<DispatchRound> ours = new ArrayList<>();
            List<DispatchRound> bares = new ArrayList<>();
            for (int round = 1; round <= warmUp + rounds; round++) {
                DispatchRound our =
                        DispatchRound.of(stage.model(), stage.gateway().pid(), lines, () -> stage.send(file));
                DispatchRound other = DispatchRound.of(stage.model(), bare.pid(), lines, bare::sendAll);
                workplace
                        .out()
                        .printf(
                                Locale.ROOT,
                                "  round %d%s: batch %.0f lines/s, bare %.0f lines/s, ratio %.3f%n",
                                round,
                                round <= warmUp ? " (warm-up)" : "",
                                our.linesPerSecond(),
                                other.linesPerSecond(),
                                our.linesPerSecond() / other.linesPerSecond());
                if (round > warmUp) {
                    ours.add(our);
                    bares.add(other);
                }
            }
            return rows(ours, bares);
        }
    }

    private static List<Measure> rows(List<DispatchRound> ours, List<DispatchRound> bares) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i).linesPerSecond() / bares.get(i).linesPerSecond());
        }
        return List.of(
                Measure.against(
                        "dispatch step, median of rounds",
                        median(ours, DispatchRound::linesPerSecond),
                        "lines/s",
                        median(bares, DispatchRound::linesPerSecond),
                        LEAST_RATIO),
                Measure.of("lowest ratio of a round", Percentiles.least(ratios), "ratio"),
                Measure.of("highest ratio of a round", Percentiles.most(ratios), "ratio"),
                Measure.beside(
                        "create to completed",
                        median(ours, DispatchRound::wholeLinesPerSecond),
                        "lines/s",
                        median(bares, DispatchRound::linesPerSecond)),
                Measure.beside(
                        "CPU of the gateway per line",
                        median(ours, DispatchRound::cpuMicrosPerLine),
                        "us",
                        median(bares, DispatchRound::cpuMicrosPerLine)),
                Measure.within(
                        "CPU of the model per request, beside the gateway's",
                        median(ours, DispatchRound::modelCpuMicrosPerLine),
                        "us",
                        median(ours, DispatchRound::cpuMicrosPerLine),
                        MODEL_CPU_SHARE),
                Measure.of(
                        "CPU of the model per request of the bare client",
                        median(bares, DispatchRound::modelCpuMicrosPerLine),
                        "us"));
    }

    private static double median(List<DispatchRound> rounds, ToDoubleFunction<DispatchRound> figure) {
        return Percentiles.median(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
