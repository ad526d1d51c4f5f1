package io.backfill.it.support;

import io.backfill.it.server.GatewayProcess;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One gateway and one simulated model server for all test classes that neither kill the gateway nor need settings of their own,
 * because a start takes ten seconds. Short windows are allowed, and open calls get a grace of 2 s. The models are configured
 * differently:
 *
 * <ul>
 *   <li>{@code steady}, {@code second}, {@code org/model:7b}: 32 calls at once, three retries
 *   <li>{@code narrow}: 4 calls at once
 *   <li>{@code hasty}: a time-out of 400 ms, one retry
 *   <li>{@code obedient}: waits up to 5 s if the model requests it
 *   <li>{@code dead}: refuses connections, lines fail after 1 s
 *   <li>{@code away}: refuses connections until {@link #away} is closed, lines fail after an hour
 * </ul>
 */
public final class SharedGateway implements AutoCloseable {
    public static final String[] RECORDED_HEADERS = {"Authorization", "X-Team", "X-Other", "X-Request-Id", "traceparent"
    };

    private final Path folder;
    private final Simulator model;
    private final RefusingPort dead;
    private final RefusingPort away;
    private final GatewayProcess process;
    private final Api api;

    SharedGateway() throws IOException {
        folder = Files.createTempDirectory("backfill-it-shared");
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel().withLedgerHeaders(RECORDED_HEADERS));
        dead = new RefusingPort();
        away = new RefusingPort();
        new ModelsYaml()
                .model("steady", model.baseUrl())
                .model("second", model.baseUrl())
                .model("org/model:7b", model.baseUrl())
                .model("narrow", model.baseUrl(), "max-in-flight: 4")
                .model("hasty", model.baseUrl(), "timeout: 400ms, retries: 1")
                .model("obedient", model.baseUrl(), "backoff: { initial: 10ms, max: 5s }")
                .model("dead", dead.baseUrl(), "patience: 1s, retries: 1")
                .model("away", away.baseUrl(), "patience: 1h")
                .write(folder);
        process = GatewayProcess.in(folder)
                .with("BACKFILL_BATCHES_WINDOW_MIN", "1s")
                .with("BACKFILL_JOBS_GRACE", "2s")
                .with("BACKFILL_SHUTDOWN_GRACE", "5s")
                .with("BACKFILL_HEADERS_PASS_THROUGH", "Authorization,X-Team")
                .start();
        api = Api.of(process.baseUrl());
    }

    public GatewayProcess process() {
        return process;
    }

    public Api api() {
        return api;
    }

    public Batches batches() {
        return new Batches(api);
    }

    /** Returns the server of all models that are available. */
    public Simulator model() {
        return model;
    }

    public RefusingPort away() {
        return away;
    }

    /** Returns the calls of one batch that the model has received. */
    public List<LedgerEntry> received(BatchView batch) {
        return Ledgers.of(model, batch.id());
    }

    /** Removes all faults and latency, and empties the ledger. */
    void reset() {
        model.faults();
        model.latency(Latency.NONE);
        model.clearLedger();
    }

    @Override
    public void close() throws IOException {
        api.close();
        process.close();
        model.close();
        dead.close();
        away.close();
        Folders.delete(folder);
    }
}
