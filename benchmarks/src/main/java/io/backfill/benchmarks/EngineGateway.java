package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.Exposition;
import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A new gateway in front of an engine that was there before, without anything learned from an earlier run. What it has sent and
 * received is read from its metrics, because the counts in a batch object are written only now and then.
 */
final class EngineGateway implements AutoCloseable {
    private static final String MOST_BYTES = Long.toString(4L << 30);
    private static final Duration END_LIMIT = Duration.ofMinutes(3);
    private static final Duration START_LIMIT = Duration.ofMinutes(10);
    private static final long POLL_NANOS = 50_000_000;

    /**
     * The account of the gateway at one moment.
     *
     * @param sent calls sent
     * @param answered calls answered with 2xx
     * @param failed calls answered otherwise or not at all
     * @param limit calls that may be open now
     */
    record Account(long nanos, double sent, double answered, double failed, double limit) {}

    private final GatewayServer server;
    private final GatewayClient client;

    private EngineGateway(GatewayServer server) {
        this.server = server;
        this.client = new GatewayClient(server.baseUrl());
    }

    /** Starts a gateway in a new data folder and waits until it serves. */
    static EngineGateway start(Workplace workplace, EngineTarget target, EngineMode mode) throws IOException {
        Path data = workplace.folder("data");
        List<String> keys = new ArrayList<>(mode.keys());
        target.keyFile().ifPresent(file -> keys.add("api-key-file: \"" + file.toAbsolutePath() + "\""));
        ModelsFile.write(data, target.server().base(), target.server().model(), keys);
        GatewaySettings settings = GatewaySettings.onFreePorts(workplace.home(), data)
                .with("BACKFILL_BATCHES_MAX_LINES", "1000000")
                .with("BACKFILL_BATCHES_MAX_INPUT_BYTES", MOST_BYTES)
                .with("BACKFILL_FILES_MAX_BATCH_FILE_BYTES", MOST_BYTES)
                .with("BACKFILL_FILES_MAX_UPLOAD_BYTES", MOST_BYTES);
        return new EngineGateway(GatewayServer.start(settings));
    }

    GatewayClient client() {
        return client;
    }

    /** Starts a batch whose lines are sent in the order {@code prefix} or {@code file}. Returns as soon as its first call is sent. */
    BatchState begin(Path lines, String order) throws IOException {
        double before = account().sent();
        BatchState batch = client.createBatch(client.upload(lines), Map.of("backfill.order", order));
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (account().sent() == before) {
            BatchState now = client.batch(batch.id());
            if (now.isTerminal() || System.nanoTime() - end > 0) {
                throw new IOException("the batch sends nothing: " + now.json());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return batch;
    }

    Account account() throws IOException {
        Exposition page = Exposition.parse(client.metrics());
        return new Account(
                System.nanoTime(),
                page.value("backfill_requests_dispatched_total"),
                page.value("backfill_requests_succeeded_total"),
                page.value("backfill_requests_failed_total"),
                page.value("backfill_replica_limit"));
    }

    /** Cancels a batch and waits for its end. */
    void cancel(BatchState batch) throws IOException {
        if (client.batch(batch.id()).isTerminal()) {
            throw new IOException("the batch ended before its time; give more --lines");
        }
        client.cancel(batch.id());
        awaitEnd(batch, END_LIMIT);
    }

    /** Waits for the end of a batch. */
    BatchState awaitEnd(BatchState batch, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        BatchState now = client.batch(batch.id());
        while (!now.isTerminal()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("the batch does not end: " + now.json());
            }
            LockSupport.parkNanos(POLL_NANOS);
            now = client.batch(batch.id());
        }
        return now;
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
