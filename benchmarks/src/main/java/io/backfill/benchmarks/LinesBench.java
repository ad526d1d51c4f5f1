package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** One whole batch from upload to download, with a model that answers immediately. */
final class LinesBench implements Bench {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BYTES_PER_MB = 1e6;
    private static final double KIB_PER_MIB = 1024;
    private static final long READ_EVERY_NANOS = 10_000_000;
    private static final double STATUS_P99_LIMIT_MILLIS = 50;

    @Override
    public String name() {
        return "lines";
    }

    @Override
    public String summary() {
        return "a whole batch, model without latency: lines/s, memory, concurrent status reads";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench lines [--lines N] [--bytes N] [--in-flight N] [--profile P | --gateway URL --model NAME]

                  --lines N       lines of the batch (50000)
                  --bytes N       approximate size of a line (1024)
                  --in-flight N   cap of the model (64)
                  --profile P     local, single or cluster; the latter two start the stores they need (local)
                  --gateway URL   a running gateway, such as http://127.0.0.1:8080; otherwise one is started, together with
                                  a simulated model
                  --model NAME    a model that is configured in this gateway (tiny-sim)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--bytes", "--in-flight", "--profile", "--gateway", "--model");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        String model = flags.text("--model").orElse(SimulatorOptions.DEFAULT_MODEL);
        int lines = flags.number("--lines", 50_000);
        Path input = InputFile.write(
                workplace.folder("input").resolve("lines.jsonl"), model, lines, flags.number("--bytes", 1024));
        Optional<String> running = flags.text("--gateway");
        if (running.isPresent()) {
            try (GatewayClient client = new GatewayClient(URI.create(running.get()))) {
                return measure(workplace, client, input, lines);
            }
        }
        String profile = flags.text("--profile").orElse("local");
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().withModels(model))) {
            Path data = workplace.folder("data");
            ModelsFile.write(data, simulator.baseUrl(), List.of(model), flags.number("--in-flight", 64));
            GatewaySettings settings = GatewaySettings.onFreePorts(workplace.home(), data)
                    .with("BACKFILL_BATCHES_MAX_LINES", Integer.toString(Math.max(lines, 50_000)))
                    .with("BACKFILL_BATCHES_MAX_INPUT_BYTES", Long.toString(Math.max(Files.size(input), 1L << 28)))
                    .with("BACKFILL_FILES_MAX_BATCH_FILE_BYTES", Long.toString(Math.max(Files.size(input), 1L << 29)))
                    .with("BACKFILL_FILES_MAX_UPLOAD_BYTES", Long.toString(Math.max(Files.size(input), 1L << 29)));
            if (profile.equals("local")) {
                return measure(workplace, settings, simulator, input, lines);
            }
            try (SharedStores stores = SharedStores.start(profile, workplace.folder("shared"))) {
                for (Map.Entry<String, String> variable : stores.variables().entrySet()) {
                    settings = settings.with(variable.getKey(), variable.getValue());
                }
                double before = stores.catalog().bytes() / BYTES_PER_MB;
                List<Measure> rows = measure(workplace, settings, simulator, input, lines);
                rows.add(Measure.of("size of the database before", before, "MB"));
                rows.add(Measure.of(
                        "size of the database afterwards", stores.catalog().bytes() / BYTES_PER_MB, "MB"));
                return rows;
            }
        }
    }

    private static List<Measure> measure(
            Workplace workplace, GatewaySettings settings, Simulator simulator, Path input, int lines)
            throws IOException {
        try (GatewayServer gateway = GatewayServer.start(settings);
                GatewayClient client = new GatewayClient(gateway.baseUrl())) {
            List<Measure> rows = measure(workplace, client, input, lines);
            Machine.peakResidentKib(gateway.pid())
                    .ifPresent(
                            kib -> rows.add(Measure.of("peak resident set of the server", kib / KIB_PER_MIB, "MiB")));
            rows.add(Measure.of(
                    "requests received by the model", simulator.stats().received(), "requests"));
            return rows;
        }
    }

    private static List<Measure> measure(Workplace workplace, GatewayClient client, Path input, int lines)
            throws IOException {
        long start = System.nanoTime();
        String file = client.upload(input);
        double uploadSeconds = (System.nanoTime() - start) / NANOS;
        long created = System.nanoTime();
        BatchState batch = client.createBatch(file);
        workplace.out().println("  " + lines + " lines uploaded, batch " + batch.id());

        List<Double> reads = new ArrayList<>();
        long inProgress = 0;
        while (!batch.isTerminal()) {
            LockSupport.parkNanos(READ_EVERY_NANOS);
            long asked = System.nanoTime();
            batch = client.batch(batch.id());
            reads.add((System.nanoTime() - asked) / NANOS_PER_MILLI);
            if (inProgress == 0 && batch.status().equals("in_progress")) {
                inProgress = System.nanoTime();
            }
        }
        double batchSeconds = (System.nanoTime() - created) / NANOS;
        if (!batch.status().equals("completed")) {
            throw new IOException("the batch ended as " + batch.json());
        }

        List<Measure> rows = new ArrayList<>();
        rows.add(Measure.of("upload", Files.size(input) / BYTES_PER_MB / uploadSeconds, "MB/s"));
        rows.add(Measure.of("create to completed", batchSeconds, "s"));
        rows.add(Measure.of("lines through the batch", lines / batchSeconds, "lines/s"));
        rows.add(Measure.of("create to in_progress seen", (inProgress - created) / NANOS, "s"));
        rows.add(Measure.of("status read p50", Percentiles.of(reads, 0.5), "ms"));
        rows.add(Measure.atMost("status read p99", Percentiles.of(reads, 0.99), "ms", STATUS_P99_LIMIT_MILLIS));
        rows.add(Measure.atMost("lines without a result", missing(workplace, client, input, batch), "lines", 0));
        return rows;
    }

    private static long missing(Workplace workplace, GatewayClient client, Path input, BatchState batch)
            throws IOException {
        List<Path> results = Results.fetch(client, batch, workplace.folder("results"));
        return ResultFile.read(results).missing(ResultFile.read(List.of(input)));
    }
}
