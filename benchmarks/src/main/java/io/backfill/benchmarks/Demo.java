package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Demonstrates the gateway with a simulated model, one batch and its results, then serves until it is stopped. Exit status with
 * {@code --exit}: 0 only if every line was answered.
 */
public final class Demo {
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final List<String> MODELS = List.of("tiny-sim", "small-sim");
    private static final String LATENCY = "lognormal:150ms:0.6";
    private static final int IN_FLIGHT = 8;
    private static final long POLL_NANOS = 200_000_000;
    private static final int SHOWN_LINES = 3;
    private static final int SHOWN_WIDTH = 200;

    private final PrintStream out;
    private final GatewayServer gateway;
    private final GatewayClient client;
    private final Path lines;

    private Demo(PrintStream out, GatewayServer gateway, GatewayClient client, Path lines) {
        this.out = out;
        this.gateway = gateway;
        this.client = client;
        this.lines = lines;
    }

    public static void main(String[] arguments) {
        Path home = Path.of(System.getProperty("backfill.home", "")).toAbsolutePath();
        Flags flags;
        Path lines;
        try {
            flags = Flags.parse(List.of(arguments), Set.of("--lines"), Set.of("--exit"));
            lines = flags.path("--lines").orElse(home.resolve("examples/batch.jsonl"));
        } catch (IllegalArgumentException wrong) {
            System.err.println("demo: " + wrong.getMessage());
            System.exit(USAGE);
            return;
        }
        if (!Files.isReadable(lines)) {
            System.err.println("demo: no such file: " + lines);
            System.exit(USAGE);
        }
        try {
            System.exit(run(System.out, home, lines, flags.has("--exit")));
        } catch (IOException | UncheckedIOException | IllegalStateException broken) {
            System.err.println("demo: " + broken.getMessage());
            System.exit(FAILED);
        }
    }

    private static int run(PrintStream out, Path home, Path lines, boolean exit) throws IOException {
        SimulatorOptions options = SimulatorOptions.defaults()
                .withModels(MODELS.toArray(String[]::new))
                .withLatency(Latency.parse(LATENCY));
        try (Simulator simulator = Simulator.start(options)) {
            out.println("Simulated models  " + String.join(", ", MODELS) + " at " + simulator.baseUrl() + "/v1");
            GatewaySettings settings = settings(home);
            ModelsFile.write(settings.dataDir(), simulator.baseUrl(), MODELS, IN_FLIGHT);
            out.println("Gateway           starting, a few seconds ...");
            try (GatewayServer gateway = GatewayServer.start(settings);
                    GatewayClient client = new GatewayClient(gateway.baseUrl())) {
                out.println("Gateway           " + gateway.baseUrl() + "/v1, console in "
                        + gateway.dataDir().resolve("log/console.log"));
                boolean complete = new Demo(out, gateway, client, lines).sendThrough();
                if (!exit) {
                    serveUntilStopped(out, gateway);
                }
                gateway.terminate();
                return complete ? 0 : FAILED;
            }
        }
    }

    private static GatewaySettings settings(Path home) {
        return new GatewaySettings(
                GatewaySettings.serve(home),
                home.resolve("data/demo"),
                port("BACKFILL_HTTP_PORT"),
                port("BACKFILL_MANAGEMENT_PORT"),
                Map.of(
                        "BACKFILL_PROFILE",
                        "local",
                        "BACKFILL_MODELS_FILE",
                        home.resolve("data/demo/models.yaml").toString()));
    }

    private static int port(String variable) {
        String value = System.getenv(variable);
        if (value == null) {
            throw new IllegalStateException(variable + " is not set; start the demo with ./backfill demo");
        }
        return Integer.parseInt(value);
    }

    /** Runs the file as one batch and prints the results. Returns whether every line was answered. */
    private boolean sendThrough() throws IOException {
        String fileId = client.upload(lines);
        BatchState batch = client.createBatch(fileId);
        out.println("Input             " + lines + " is " + fileId);
        out.println("Batch             " + batch.id());
        ProgressBar bar = new ProgressBar(
                out, System.console() != null && System.console().isTerminal());
        while (!batch.isTerminal()) {
            bar.show(batch.status(), batch.completed() + batch.failed(), batch.total());
            LockSupport.parkNanos(POLL_NANOS);
            batch = client.batch(batch.id());
        }
        bar.show(batch.status(), batch.completed() + batch.failed(), batch.total());
        bar.end();
        return showResults(batch);
    }

    private boolean showResults(BatchState batch) throws IOException {
        List<Path> fetched = new ArrayList<>();
        Path folder = Files.createDirectories(gateway.dataDir().resolve("results"));
        if (batch.outputFileId().isPresent()) {
            Path output = folder.resolve(batch.id() + ".output.jsonl");
            client.download(batch.outputFileId().get(), output);
            fetched.add(output);
            out.println("Output            " + output);
            try (var shown = Files.lines(output)) {
                shown.limit(SHOWN_LINES).forEach(line -> out.println("  " + shorten(line)));
            }
        }
        ResultFile answered = ResultFile.read(fetched);
        if (batch.errorFileId().isPresent()) {
            Path errors = folder.resolve(batch.id() + ".errors.jsonl");
            client.download(batch.errorFileId().get(), errors);
            out.println("Errors            " + errors);
        }
        ResultFile sent = ResultFile.read(List.of(lines));
        long came = sent.occurrences().size() - answered.missing(sent);
        boolean complete =
                batch.status().equals("completed") && answered.missing(sent) == 0 && answered.repeated() == 0;
        out.println(
                "Came back         " + came + " of " + sent.occurrences().size() + " lines, batch " + batch.status());
        if (batch.status().equals("failed")) {
            out.println("  " + shorten(batch.json()));
        }
        out.println();
        out.println("Try next");
        out.println("  curl " + gateway.baseUrl() + "/v1/batches/" + batch.id());
        out.println("  curl " + gateway.baseUrl() + "/v1/files/"
                + batch.outputFileId().orElse(batch.id()) + "/content");
        return complete;
    }

    private static String shorten(String line) {
        return line.length() <= SHOWN_WIDTH ? line : line.substring(0, SHOWN_WIDTH) + " ...";
    }

    private static void serveUntilStopped(PrintStream out, GatewayServer gateway) {
        out.println();
        out.println("Serving until Ctrl-C. The data stays in " + gateway.dataDir());
        gateway.awaitEnd();
    }
}
