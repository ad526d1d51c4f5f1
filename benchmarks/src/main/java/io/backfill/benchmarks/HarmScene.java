package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.OffenderProcess;
import io.backfill.benchmarks.gateway.SimulatorServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A separate gateway, the victim's model servers, and the processes of an offender. The victim's servers run at normal priority;
 * the offender's clients and servers run at nice 19, because all share the same cores.
 */
final class HarmScene implements AutoCloseable {
    static final String VICTIM = "victim";
    static final String OFFENDER = "offender";
    static final String VICTIM_MODEL = "victim-model";
    /** The victim's second model, which is otherwise idle: it shows how long a new batch takes to start. */
    static final String IDLE_MODEL = "idle-model";

    static final String TENANT_HEADER = "X-Backfill-Tenant";
    /** Set as a fault, so that it can be removed when the measurements are over. */
    private static final String LATENCY = "{\"rules\":[{\"fault\":\"slow\",\"ms\":50}]}";

    private static final String NO_LATENCY = "{\"rules\":[]}";
    private static final int VICTIM_IN_FLIGHT = 32;
    private static final long END_LIMIT_NANOS = Duration.ofMinutes(3).toNanos();
    private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

    private final Workplace workplace;
    private final List<AutoCloseable> started = new ArrayList<>();
    /** Client processes of the current offender. */
    private final List<OffenderProcess> offending = new ArrayList<>();

    private final SimulatorServer victimModel;
    private final SimulatorServer idleModel;
    private @Nullable GatewayServer gateway;

    private HarmScene(Workplace workplace) throws IOException {
        this.workplace = workplace;
        this.victimModel = server("--any-model");
        this.victimModel.faults(LATENCY);
        this.idleModel = server("--any-model");
    }

    /**
     * Starts the servers and the gateway, which serves the models of all these offenders.
     *
     * @param heap such as {@code 1g}
     */
    static HarmScene open(Workplace workplace, List<Offender> offenders, String heap) throws IOException {
        Map<String, String> settings = new HashMap<>();
        offenders.forEach(offender -> settings.putAll(offender.settings()));
        Models models = scene -> {
            List<String> lines = new ArrayList<>();
            for (Offender offender : offenders) {
                lines.addAll(offender.servers().start(scene));
            }
            // the catch-all is a key beside "models", so it follows them
            lines.sort(Comparator.comparing(line -> !line.startsWith(" ")));
            return lines;
        };
        return open(workplace, workplace.folder("data"), settings, models, heap);
    }

    /** Creates the models of offenders, as lines of {@code models.yaml}. */
    @FunctionalInterface
    interface Models {
        List<String> of(HarmScene scene) throws IOException;
    }

    /**
     * As {@link #open(Workplace, List, String)}, with a given data folder and environment.
     *
     * @param data the gateway's data folder
     * @param settings additional environment variables of the gateway
     */
    static HarmScene open(Workplace workplace, Path data, Map<String, String> settings, Models models, String heap)
            throws IOException {
        HarmScene scene = new HarmScene(workplace);
        boolean opened = false;
        try {
            scene.serve(data, settings, models, heap);
            opened = true;
            return scene;
        } finally {
            if (!opened) {
                scene.close();
            }
        }
    }

    private void serve(Path data, Map<String, String> more, Models models, String heap) throws IOException {
        StringBuilder yaml = new StringBuilder("models:\n");
        yaml.append(model(VICTIM_MODEL, victimModel.baseUrl(), VICTIM_IN_FLIGHT));
        yaml.append(model(IDLE_MODEL, idleModel.baseUrl(), VICTIM_IN_FLIGHT));
        models.of(this).forEach(yaml::append);
        Files.writeString(data.resolve("models.yaml"), yaml.toString());
        GatewaySettings settings = GatewaySettings.onFreePorts(workplace.home(), data)
                .with("BACKFILL_AUTH_MODE", "header")
                .with("BACKFILL_AUTH_TRUSTED_PROXIES", "127.0.0.0/8")
                .with("BACKFILL_BATCHES_MAX_LINES", Integer.toString(HarmVictim.MOST_LINES))
                .with("BACKFILL_JAVA_OPTS", "-Xms" + heap + " -Xmx" + heap);
        for (Map.Entry<String, String> setting : more.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        gateway = GatewayServer.start(settings);
        started.add(gateway);
    }

    /** Returns a line of {@code models.yaml}. */
    static String model(String name, String server, int inFlight) {
        return model(name, List.of(server), inFlight);
    }

    /** Returns a line of {@code models.yaml} with several replicas. */
    static String model(String name, List<String> servers, int inFlight) {
        return "  " + name + ": { replicas: [ \"" + String.join("\", \"", servers) + "\" ], max-in-flight: " + inFlight
                + " }\n";
    }

    private SimulatorServer server(String... flags) throws IOException {
        SimulatorServer server = SimulatorServer.start(workplace.home(), console(), flags);
        started.add(server);
        return server;
    }

    /** Starts a model server for the offender. */
    SimulatorServer offendingServer(String... flags) throws IOException {
        SimulatorServer server = SimulatorServer.startNice(workplace.home(), console(), flags);
        started.add(server);
        return server;
    }

    /** Starts a model server for the offender with one fault. Returns its model as a line of {@code models.yaml}. */
    List<String> faultyModel(String name, int maxInFlight, String fault, String... flags) throws IOException {
        SimulatorServer server = offendingServer(flags);
        server.faults("{\"rules\":[" + fault + "]}");
        return List.of(model(name, server.baseUrl(), maxInFlight));
    }

    private Path console() throws IOException {
        return Files.createDirectories(workplace.scratch().resolve("servers")).resolve("console.log");
    }

    /** Starts a client process of the offender, see {@link OffenderProcess}. */
    OffenderProcess offend(String... arguments) throws IOException {
        OffenderProcess process = OffenderProcess.start(gateway().baseUrl(), TENANT_HEADER, OFFENDER, arguments);
        started.add(process);
        offending.add(process);
        return process;
    }

    /** Starts a process of the offender that creates {@code count} batches of a file. Returns when it is in progress. */
    void createBatches(Path file, int count) throws IOException {
        offend("batches", file.toString(), Integer.toString(count)).awaitUnderWay();
    }

    /** Stops the offender's clients and cancels its batches, so that another offender can follow. */
    void endOffender() throws IOException {
        offending.forEach(OffenderProcess::close);
        offending.clear();
        try (GatewayClient client = client(OFFENDER)) {
            for (BatchState batch : open(client)) {
                cancel(client, batch);
            }
            long limit = System.nanoTime() + END_LIMIT_NANOS;
            for (List<BatchState> open = open(client); !open.isEmpty(); open = open(client)) {
                if (System.nanoTime() - limit > 0) {
                    throw new IOException(open.size() + " batches of the offender did not end: " + open.getFirst());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private static void cancel(GatewayClient client, BatchState batch) throws IOException {
        try {
            client.cancel(batch.id());
        } catch (IOException refused) {
            if (!client.batch(batch.id()).isTerminal()) {
                throw refused;
            }
        }
    }

    private static List<BatchState> open(GatewayClient client) throws IOException {
        return client.batches().stream().filter(batch -> !batch.isTerminal()).toList();
    }

    GatewayServer gateway() {
        return Objects.requireNonNull(gateway, "not started yet");
    }

    /** Removes the model's latency for the remaining lines of the victim. Called once its rate is no longer measured. */
    void hurry() throws IOException {
        victimModel.faults(NO_LATENCY);
    }

    SimulatorServer victimModel() {
        return victimModel;
    }

    SimulatorServer idleModel() {
        return idleModel;
    }

    /** Returns a client of a tenant. The caller must close it. */
    GatewayClient client(String tenant) {
        return new GatewayClient(gateway().baseUrl(), Map.of(TENANT_HEADER, tenant));
    }

    /** Returns a new file for input lines. */
    Path file(String name) throws IOException {
        return Files.createDirectories(workplace.scratch().resolve("input")).resolve(name);
    }

    /** Returns the failures of the gateway: its exit, or lack of memory; empty if there were none. */
    List<String> gatewayFaults() {
        List<String> faults = new ArrayList<>();
        if (!gateway().isAlive()) {
            faults.add("the gateway ended");
        }
        if (gateway().logs().contains("OutOfMemoryError")) {
            faults.add("OutOfMemoryError");
        }
        return faults;
    }

    @Override
    public void close() {
        for (AutoCloseable one : started.reversed()) {
            try {
                one.close();
            } catch (Exception left) {
                workplace.out().println("  cannot stop the offender: " + left);
            }
        }
    }
}
