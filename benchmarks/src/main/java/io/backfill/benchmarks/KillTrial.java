package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** One batch, one {@code kill -9}, one restart, and its findings. */
final class KillTrial {
    private static final double NANOS = 1e9;
    private static final long POLL_NANOS = 50_000_000;
    private static final long SETTLE_NANOS = 300_000_000;
    private static final long LIMIT_NANOS = 600_000_000_000L;

    private final Workplace workplace;
    private final Simulator model;
    private final String modelName;
    private final int inFlight;
    private final KillMoment moment;

    KillTrial(Workplace workplace, Simulator model, String modelName, int inFlight, KillMoment moment) {
        this.workplace = workplace;
        this.model = model;
        this.modelName = modelName;
        this.inFlight = inFlight;
        this.moment = moment;
    }

    /**
     * The findings of one trial.
     *
     * @param hit whether the kill happened at the intended moment
     * @param logged results in the log at the kill
     * @param lost lines without a result at the end
     * @param repeated result lines beyond the first of a line
     * @param receivedTwice lines that the model received more than once
     * @param receivedAgain lines that the model received after the restart although their result was logged before
     * @param seconds from the start of the second process to the end of the batch
     */
    record Findings(
            boolean hit,
            int logged,
            long lost,
            long repeated,
            long receivedTwice,
            long receivedAgain,
            double seconds) {}

    Findings run(Path input, int lines) throws IOException {
        model.clearLedger();
        Path data = workplace.folder("data");
        ModelsFile.write(data, model.baseUrl(), List.of(modelName), inFlight);
        try (GatewayServer gateway = GatewayServer.start(GatewaySettings.onFreePorts(workplace.home(), data));
                GatewayClient client = new GatewayClient(gateway.baseUrl())) {
            BatchState batch = client.createBatch(client.upload(input));
            boolean hit = moment.await(model, client, batch, lines);
            gateway.kill9();
            awaitQuiet();
            Set<String> logged = LoggedLines.read(data, batch.id());
            int receivedBefore = model.ledger().size();

            long restarted = System.nanoTime();
            gateway.restart();
            batch = awaitEnd(client, batch);
            double seconds = (System.nanoTime() - restarted) / NANOS;
            if (!batch.status().equals("completed")) {
                throw new IOException("killed at " + moment.label() + ", the batch ended as " + batch.json());
            }
            ResultFile results = ResultFile.read(Results.fetch(client, batch, workplace.folder("results")));
            List<String> received = new ArrayList<>();
            for (LedgerEntry entry : model.ledger()) {
                received.add(entry.requestId().orElse("none"));
            }
            return new Findings(
                    hit,
                    logged.size(),
                    results.missing(ResultFile.read(List.of(input))),
                    results.repeated(),
                    twice(received),
                    received.subList(receivedBefore, received.size()).stream()
                            .filter(logged::contains)
                            .distinct()
                            .count(),
                    seconds);
        }
    }

    /** Waits until the model has read and answered the requests that the dead process had sent. */
    private void awaitQuiet() {
        long before;
        do {
            before = model.stats().received();
            LockSupport.parkNanos(SETTLE_NANOS);
        } while (model.stats().open() > 0 || model.stats().received() != before);
    }

    private static BatchState awaitEnd(GatewayClient client, BatchState batch) throws IOException {
        BatchState now = client.batch(batch.id());
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!now.isTerminal()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("the batch did not end: " + now.json());
            }
            LockSupport.parkNanos(POLL_NANOS);
            now = client.batch(batch.id());
        }
        return now;
    }

    private static long twice(List<String> received) {
        Map<String, Integer> times = new HashMap<>();
        received.forEach(id -> times.merge(id, 1, Integer::sum));
        return times.values().stream().filter(count -> count > 1).count();
    }
}
