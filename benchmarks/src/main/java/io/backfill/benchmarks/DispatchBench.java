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
 * Lines per second through the dispatch step, compared with clients that only send the same bodies, with the same number of virtual
 * threads, the same JVM flags and the same model. One client uses HttpClient 5's classic client, the other only the connection
 * classes beneath it, on which the gateway builds its own pool. All processes run through all rounds and take turns, so all are
 * warm, and a slow phase of the machine affects all of them.
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
        return "lines/s through the dispatch step, compared with bare clients";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench dispatch [--lines N] [--bytes N] [--in-flight N] [--rounds N] [--warm-up N]

                  --lines N       lines per round (50000)
                  --bytes N       approximate size of a line (1024)
                  --in-flight N   cap of the model, and threads of the bare clients (64)
                  --rounds N      measured rounds of each, in alternation (5)
                  --warm-up N     unmeasured rounds of each before that (4)
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
                BareClient client = BareClient.start(stage.model().baseUrl(), PATH, input, inFlight, "HTTPCLIENT");
                BareClient wire = BareClient.start(stage.model().baseUrl(), PATH, input, inFlight, "HTTPCORE")) {
            String file = stage.client().upload(input);
            List<DispatchRound> ours = new ArrayList<>();
            List<DispatchRound> clients = new ArrayList<>();
            List<DispatchRound> wires = new ArrayList<>();
            for (int round = 1; round <= warmUp + rounds; round++) {
                DispatchRound our =
                        DispatchRound.of(stage.model(), stage.gateway().pid(), lines, () -> stage.send(file));
                DispatchRound byClient = DispatchRound.of(stage.model(), client.pid(), lines, client::sendAll);
                DispatchRound byWire = DispatchRound.of(stage.model(), wire.pid(), lines, wire::sendAll);
                workplace
                        .out()
                        .printf(
                                Locale.ROOT,
                                "  round %d%s: batch %.0f lines/s, HttpClient %.0f, HttpCore %.0f%n",
                                round,
                                round <= warmUp ? " (warm-up)" : "",
                                our.linesPerSecond(),
                                byClient.linesPerSecond(),
                                byWire.linesPerSecond());
                if (round > warmUp) {
                    ours.add(our);
                    clients.add(byClient);
                    wires.add(byWire);
                }
            }
            return rows(ours, clients, wires);
        }
    }

    private static List<Measure> rows(
            List<DispatchRound> ours, List<DispatchRound> clients, List<DispatchRound> wires) {
        return List.of(
                besideBare("dispatch step beside HttpClient 5", ours, clients),
                Measure.of("lowest ratio of a round", Percentiles.least(ratios(ours, clients)), "ratio"),
                Measure.of("highest ratio of a round", Percentiles.most(ratios(ours, clients)), "ratio"),
                besideBare("dispatch step beside HttpCore's wire", ours, wires),
                Measure.of("lowest ratio of a round", Percentiles.least(ratios(ours, wires)), "ratio"),
                Measure.of("highest ratio of a round", Percentiles.most(ratios(ours, wires)), "ratio"),
                Measure.beside(
                        "create to completed",
                        median(ours, DispatchRound::wholeLinesPerSecond),
                        "lines/s",
                        median(clients, DispatchRound::linesPerSecond)),
                cpuBeside("CPU of the gateway per line, beside HttpClient's", ours, clients),
                cpuBeside("CPU of the gateway per line, beside HttpCore's", ours, wires),
                Measure.within(
                        "CPU of the model per request, beside the gateway's",
                        median(ours, DispatchRound::modelCpuMicrosPerLine),
                        "us",
                        median(ours, DispatchRound::cpuMicrosPerLine),
                        MODEL_CPU_SHARE));
    }

    private static Measure besideBare(String name, List<DispatchRound> ours, List<DispatchRound> bares) {
        return Measure.against(
                name,
                median(ours, DispatchRound::linesPerSecond),
                "lines/s",
                median(bares, DispatchRound::linesPerSecond),
                LEAST_RATIO);
    }

    private static Measure cpuBeside(String name, List<DispatchRound> ours, List<DispatchRound> bares) {
        return Measure.beside(
                name,
                median(ours, DispatchRound::cpuMicrosPerLine),
                "us",
                median(bares, DispatchRound::cpuMicrosPerLine));
    }

    private static List<Double> ratios(List<DispatchRound> ours, List<DispatchRound> bares) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i).linesPerSecond() / bares.get(i).linesPerSecond());
        }
        return ratios;
    }

    private static double median(List<DispatchRound> rounds, ToDoubleFunction<DispatchRound> figure) {
        return Percentiles.median(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
