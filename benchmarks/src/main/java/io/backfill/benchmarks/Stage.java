package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.benchmarks.gateway.SimulatorServer;
import io.backfill.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A gateway, a simulated model and a client. The first two run in separate processes. */
record Stage(SimulatorServer model, GatewayServer gateway, GatewayClient client) implements AutoCloseable {
    static final String MODEL = SimulatorOptions.DEFAULT_MODEL;

    private static final long POLL_NANOS = 100_000_000;
    private static final long LIMIT_NANOS = 3_600_000_000_000L;

    /**
     * Starts all three in a new data folder.
     *
     * @param inFlight cap of the model
     * @param settings additional environment variables of the gateway
     * @param simulation additional flags of the simulator
     */
    static Stage open(Workplace workplace, int inFlight, Map<String, String> settings, String... simulation)
            throws IOException {
        List<String> flags = new ArrayList<>(List.of("--model", MODEL));
        flags.addAll(List.of(simulation));
        Path data = workplace.folder("data");
        SimulatorServer model = SimulatorServer.start(
                workplace.home(), workplace.folder("model").resolve("console.log"), flags.toArray(String[]::new));
        boolean opened = false;
        try {
            ModelsFile.write(data, model.baseUrl(), List.of(MODEL), inFlight);
            GatewaySettings started = GatewaySettings.onFreePorts(workplace.home(), data);
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                started = started.with(setting.getKey(), setting.getValue());
            }
            GatewayServer gateway = GatewayServer.start(started);
            opened = true;
            return new Stage(model, gateway, new GatewayClient(gateway.baseUrl()));
        } finally {
            if (!opened) {
                model.close();
            }
        }
    }

    /** Runs an uploaded file as one batch. Returns when all lines are done; throws {@link IOException} unless all were answered. */
    void send(String file) throws IOException {
        await(client.createBatch(file));
    }

    /** Waits until all lines of the batch are done. Throws {@link IOException} unless all were answered. */
    void await(BatchState created) throws IOException {
        BatchState batch = created;
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!batch.isTerminal() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            batch = client.batch(batch.id());
        }
        requireCompleted(batch);
    }

    /** Throws {@link IOException} unless every line has an answer. */
    static void requireCompleted(BatchState batch) throws IOException {
        if (!batch.status().equals("completed") || batch.failed() > 0) {
            throw new IOException("the batch ended as " + batch.json());
        }
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
        model.close();
    }
}
