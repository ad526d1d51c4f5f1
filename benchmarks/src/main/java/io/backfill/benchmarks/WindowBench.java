package io.backfill.benchmarks;

import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Measures whether a slow call or a slow disk leaves places of the window empty that other calls could use. */
final class WindowBench implements Bench {
    private static final double LEAST_RATIO = 0.97;
    private static final double MILLIS = 1e3;

    @Override
    public String name() {
        return "window";
    }

    @Override
    public String summary() {
        return "keeping the window full under heavy-tailed latencies, compared with total latency / window";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench window [--lines N] [--in-flight N] [--latency TIME] [--force-ms N]

                  --lines N       lines (50000); with few lines the drain at the end has more weight
                  --in-flight N   cap of the model (64)
                  --latency TIME  latency as for ./backfill simulate (lognormal:20ms:1)
                  --force-ms N    duration of a force of the store in the last part (300)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--in-flight", "--latency", "--force-ms");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException, InterruptedException {
        int lines = flags.number("--lines", 50_000);
        int inFlight = flags.number("--in-flight", 64);
        String latency = flags.text("--latency").orElse("lognormal:20ms:1");
        int forceMillis = flags.number("--force-ms", 300);
        Measure whole = throughTheGateway(workplace, lines, inFlight, latency);
        workplace.out().println("  now the window and the log alone");
        Latency drawn = Latency.parse(latency);
        SlowStoreWindow.Findings quick =
                new SlowStoreWindow(workplace.folder("quick-store"), Duration.ZERO, inFlight, drawn).send(lines);
        SlowStoreWindow.Findings slow = new SlowStoreWindow(
                        workplace.folder("slow-store"), Duration.ofMillis(forceMillis), inFlight, drawn)
                .send(lines);
        return List.of(
                whole,
                beside("window and log alone", lines, inFlight, quick),
                beside("the same, a force takes " + forceMillis + " ms", lines, inFlight, slow),
                Measure.of("forces meanwhile", slow.forces(), "forces"));
    }

    private static Measure beside(String measure, int lines, int inFlight, SlowStoreWindow.Findings found) {
        return Measure.against(
                measure, lines / found.seconds(), "lines/s", lines / found.idealSeconds(inFlight), LEAST_RATIO);
    }

    private static Measure throughTheGateway(Workplace workplace, int lines, int inFlight, String latency)
            throws IOException {
        Path input = InputFile.write(workplace.folder("input").resolve("lines.jsonl"), Stage.MODEL, lines, 512);
        Path warmUp = InputFile.write(workplace.folder("warm-up").resolve("lines.jsonl"), Stage.MODEL, 5_000, 512);
        try (Stage stage = Stage.open(workplace, inFlight, Map.of(), "--latency", latency)) {
            stage.send(stage.client().upload(warmUp));
            stage.model().clear();
            stage.send(stage.client().upload(input));
            AtomicLong first = new AtomicLong(Long.MAX_VALUE);
            AtomicLong last = new AtomicLong();
            AtomicLong total = new AtomicLong();
            stage.model().ledger(request -> {
                first.accumulateAndGet(request.receivedMillis(), Math::min);
                last.accumulateAndGet(request.answeredMillis(), Math::max);
                total.addAndGet(request.answeredMillis() - request.receivedMillis());
            });
            double ideal = total.get() / MILLIS / inFlight;
            return Measure.against(
                    "window of a whole batch, " + latency,
                    lines / ((last.get() - first.get()) / MILLIS),
                    "lines/s",
                    lines / ideal,
                    LEAST_RATIO);
        }
    }
}
