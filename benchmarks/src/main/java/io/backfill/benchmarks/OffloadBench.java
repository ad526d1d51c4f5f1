package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.benchmarks.gateway.WorkerProgram;
import io.backfill.k8s.fake.FakeCluster;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The same batch in the gateway and in pods that are processes on this machine. Each pod may have as many calls open as on a
 * cluster, so more pods mean more calls; a model with latency leaves the processors to the pods.
 */
final class OffloadBench implements Bench {
    private static final double NANOS = 1e9;
    private static final long READ_EVERY_NANOS = 50_000_000;
    private static final String MODEL = SimulatorOptions.DEFAULT_MODEL;

    @Override
    public String name() {
        return "offload";
    }

    @Override
    public String summary() {
        return "a batch in 1, 2 and 4 worker processes, compared with the gateway itself; cost of starting a worker";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench offload [--seconds N] [--latency-ms N] [--slots N]

                  --seconds N      ideal duration of each run (30)
                  --latency-ms N   latency of the model (50)
                  --slots N        calls that one pod may have open (16)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--seconds", "--latency-ms", "--slots");
    }

    /** The size of one run. */
    private record Load(int pods, int slots, int lines, double ideal) {}

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int seconds = flags.number("--seconds", 30);
        int millis = flags.number("--latency-ms", 50);
        int slots = flags.number("--slots", 16);
        List<Measure> rows = new ArrayList<>();
        Path podFolder = workplace.folder("pods");
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().withModels(MODEL));
                SharedStores stores = SharedStores.start("single", workplace.folder("shared"));
                FakeCluster cluster =
                        new FakeCluster(podFolder, container -> WorkerProgram.command(workplace.home(), List.of()))) {
            simulator.latency(Latency.fixed(Duration.ofMillis(millis)));
            for (int pods : new int[] {1, 2, 4}) {
                double ideal = pods * slots * 1000.0 / millis;
                Load load = new Load(pods, pods * slots, (int) (ideal * seconds), ideal);
                run(workplace, simulator, stores, cluster, podFolder, load, rows);
            }
        }
        return rows;
    }

    private static void run(
            Workplace workplace,
            Simulator simulator,
            SharedStores stores,
            FakeCluster cluster,
            Path podFolder,
            Load load,
            List<Measure> rows)
            throws IOException {
        Path data = workplace.folder("data-" + load.pods());
        ModelsFile.write(data, simulator.baseUrl(), List.of(MODEL), load.slots());
        GatewaySettings settings = GatewaySettings.onFreePorts(workplace.home(), data);
        for (Map.Entry<String, String> variable : stores.variables().entrySet()) {
            settings = settings.with(variable.getKey(), variable.getValue());
        }
        settings = settings.with("BACKFILL_OFFLOAD_ENABLED", "true")
                .with("BACKFILL_OFFLOAD_NAMESPACE", "jobs")
                .with("BACKFILL_OFFLOAD_IMAGE", "backfill-worker:bench")
                .with("BACKFILL_OFFLOAD_API_BATCHES", "true")
                .with("BACKFILL_OFFLOAD_MAX_CAP_SHARE", "1")
                .with("BACKFILL_OFFLOAD_MAX_PARALLELISM", Integer.toString(load.pods()))
                .with("BACKFILL_OFFLOAD_LINES_PER_SHARD", Integer.toString(Math.ceilDiv(load.lines(), load.pods())))
                .with("BACKFILL_OFFLOAD_ON_REFUSAL", "wait")
                .with("BACKFILL_BATCHES_MAX_LINES", Integer.toString(Math.max(50_000, load.lines())))
                .with("BACKFILL_KUBERNETES_API", cluster.api().toString());
        Path input =
                InputFile.write(workplace.folder("input").resolve(load.pods() + ".jsonl"), MODEL, load.lines(), 1024);
        try (GatewayServer gateway = GatewayServer.start(settings);
                GatewayClient client = new GatewayClient(gateway.baseUrl())) {
            String file = client.upload(input);
            if (load.pods() == 1) {
                warm(client, file);
                rows.addAll(startUp(workplace, client, podFolder));
            }
            double local = linesPerSecond(workplace, client, file, load, false);
            double pods = linesPerSecond(workplace, client, file, load, true);
            String calls = String.format(Locale.ROOT, "%d calls open", load.slots());
            rows.add(Measure.beside("in the gateway, " + calls, local, "lines/s", load.ideal()));
            rows.add(Measure.beside("in " + load.pods() + " pods, " + calls, pods, "lines/s", load.ideal()));
            rows.add(Measure.beside("pods beside the gateway, " + calls, pods, "lines/s", local));
        }
    }

    /** Warms up the server, which has just started. Pods always start cold. */
    private static void warm(GatewayClient client, String file) throws IOException {
        await(client, client.createBatch(file, Map.of("backfill.offload", "false")));
    }

    private static double linesPerSecond(
            Workplace workplace, GatewayClient client, String file, Load load, boolean pods) throws IOException {
        long begun = System.nanoTime();
        await(client, client.createBatch(file, Map.of("backfill.offload", Boolean.toString(pods))));
        double rate = load.lines() / ((System.nanoTime() - begun) / NANOS);
        workplace.out().printf(Locale.ROOT, "  %s: %.0f lines/s%n", pods ? load.pods() + " pods" : "gateway", rate);
        return rate;
    }

    private static void await(GatewayClient client, BatchState created) throws IOException {
        BatchState batch = created;
        while (!batch.isTerminal()) {
            LockSupport.parkNanos(READ_EVERY_NANOS);
            batch = client.batch(batch.id());
        }
        if (!batch.status().equals("completed") || batch.failed() > 0) {
            throw new IOException("the batch ended as " + batch.json());
        }
    }

    /** Measures the start of a pod with ten lines to send, from the last line of its log. */
    private static List<Measure> startUp(Workplace workplace, GatewayClient client, Path podFolder) throws IOException {
        Path input = InputFile.write(workplace.folder("input").resolve("ten.jsonl"), MODEL, 10, 1024);
        BatchState batch = client.createBatch(client.upload(input), Map.of("backfill.offload", "true"));
        await(client, batch);
        String hex = batch.id().substring("batch_".length());
        try (Stream<Path> pods = Files.list(podFolder)) {
            Path pod = pods.filter(folder -> folder.getFileName().toString().contains(hex))
                    .findFirst()
                    .orElseThrow(() -> new IOException("batch " + batch.id() + " had no pod"));
            List<String> lines = Files.readAllLines(pod.resolve("log"), StandardCharsets.UTF_8);
            JsonNode last = new ObjectMapper().readTree(lines.getLast());
            return List.of(
                    Measure.of(
                            "a worker with ten lines, processor time",
                            last.path("cpu_seconds").asDouble(),
                            "s"),
                    Measure.of(
                            "a worker with ten lines, resident set",
                            last.path("max_rss_mib").asDouble(),
                            "MiB"));
        }
    }
}
