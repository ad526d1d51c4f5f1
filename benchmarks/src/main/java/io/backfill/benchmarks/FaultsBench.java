package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.SimulatorServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The effect of one faulty replica of a model on its healthy replica and on another model. */
final class FaultsBench implements Bench {
    private static final double LEAST_RATIO = 0.95;
    private static final double MILLIS = 1e3;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int SETTLE_SECONDS = 4;
    private static final int LINES = 50_000;

    /** The fault of the bad replica. */
    private enum Fault {
        NONE("normal", "{\"rules\":[]}"),
        DEAD("one replica dead", "{\"rules\":[]}"),
        HANGS("one replica hangs", "{\"rules\":[{\"fault\":\"hang\"}]}"),
        BUSY("one replica answers 429", "{\"rules\":[{\"fault\":\"status\",\"status\":429,\"retryAfter\":\"1\"}]}");

        private final String label;
        private final String rules;

        Fault(String label, String rules) {
            this.label = label;
            this.rules = rules;
        }
    }

    /** Answers per second. */
    private record Rates(double healthyReplica, double otherModel) {}

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String summary() {
        return "one replica dead, hanging or busy: the healthy replica and another model, compared with normal";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench faults [--runs N] [--seconds N] [--latency TIME]

                  --runs N        runs of each fault, each with a new gateway; the median counts (5)
                  --seconds N     measured time of a run (10)
                  --latency TIME  latency of each answer (50ms)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--runs", "--seconds", "--latency");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int runs = flags.number("--runs", 5);
        int seconds = flags.number("--seconds", 10);
        String latency = flags.text("--latency").orElse("50ms");
        Rates normal = median(workplace, Fault.NONE, runs, seconds, latency);
        List<Measure> rows = new ArrayList<>();
        for (Fault fault : List.of(Fault.DEAD, Fault.HANGS, Fault.BUSY)) {
            Rates rates = median(workplace, fault, runs, seconds, latency);
            rows.add(Measure.against(
                    fault.label + ": the healthy one",
                    rates.healthyReplica(),
                    "lines/s",
                    normal.healthyReplica(),
                    LEAST_RATIO));
            rows.add(Measure.against(
                    fault.label + ": the other model",
                    rates.otherModel(),
                    "lines/s",
                    normal.otherModel(),
                    LEAST_RATIO));
        }
        return rows;
    }

    private static Rates median(Workplace workplace, Fault fault, int runs, int seconds, String latency)
            throws IOException {
        List<Double> healthy = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            Rates rates = one(workplace, fault, seconds, latency);
            workplace
                    .out()
                    .printf(
                            Locale.ROOT,
                            "  %s, run %d: healthy replica %.0f lines/s, other model %.0f lines/s%n",
                            fault.label,
                            run,
                            rates.healthyReplica(),
                            rates.otherModel());
            healthy.add(rates.healthyReplica());
            other.add(rates.otherModel());
        }
        return new Rates(Percentiles.median(healthy), Percentiles.median(other));
    }

    private static Rates one(Workplace workplace, Fault fault, int seconds, String latency) throws IOException {
        Path home = workplace.home();
        Path console = workplace.folder("models").resolve("console.log");
        Path data = workplace.folder("data");
        try (SimulatorServer bad = SimulatorServer.start(home, console, "--any-model", "--latency", latency);
                SimulatorServer healthy = SimulatorServer.start(home, console, "--any-model", "--latency", latency);
                SimulatorServer other = SimulatorServer.start(home, console, "--any-model", "--latency", latency)) {
            Files.writeString(
                    data.resolve("models.yaml"),
                    String.format(Locale.ROOT, """
                            models:
                              shared: { replicas: [ "%s", "%s" ], max-in-flight: 64 }
                              other: { replicas: [ "%s" ], max-in-flight: 32 }
                            """, bad.baseUrl(), healthy.baseUrl(), other.baseUrl()));
            bad.faults(fault.rules);
            if (fault == Fault.DEAD) {
                bad.close();
            }
            try (GatewayServer gateway = GatewayServer.start(GatewaySettings.onFreePorts(home, data));
                    GatewayClient client = new GatewayClient(gateway.baseUrl())) {
                for (String model : List.of("shared", "other")) {
                    Path input = workplace.folder("input").resolve(model + ".jsonl");
                    client.createBatch(client.upload(InputFile.write(input, model, LINES, 512)));
                }
                pause(SETTLE_SECONDS);
                healthy.clear();
                other.clear();
                pause(seconds);
                return new Rates(rate(healthy), rate(other));
            }
        }
    }

    private static double rate(SimulatorServer model) throws IOException {
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        AtomicLong last = new AtomicLong();
        AtomicLong answers = new AtomicLong();
        model.ledger(request -> {
            if (request.status() == 200) {
                first.accumulateAndGet(request.receivedMillis(), Math::min);
                last.accumulateAndGet(request.answeredMillis(), Math::max);
                answers.incrementAndGet();
            }
        });
        return answers.get() == 0 ? 0 : answers.get() / ((last.get() - first.get()) / MILLIS);
    }

    private static void pause(int seconds) {
        long end = System.nanoTime() + seconds * NANOS_PER_SECOND;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
