package io.backfill.it.support;

import io.backfill.it.server.GatewayProcess;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A gateway with a slow, a fast and a dead model, and two tenants: one with very many batches, and one that sends single lines. */
public final class TwoTenants implements AutoCloseable {
    private static final int CREATORS = 8;

    private final Simulator slow = Simulator.start(SimulatorOptions.defaults().withAnyModel());
    private final Simulator fast = Simulator.start(SimulatorOptions.defaults().withAnyModel());
    private final RefusingPort dead = new RefusingPort();
    private final GatewayProcess gateway;
    private final Api hog;
    private final Api victim;

    public TwoTenants(Path folder) throws IOException {
        slow.latency(Latency.fixed(Duration.ofSeconds(4)));
        fast.latency(Latency.fixed(Duration.ofMillis(20)));
        new ModelsYaml()
                .model("slow", slow.baseUrl(), "max-in-flight: 16")
                .model("fast", fast.baseUrl())
                .model("dead", dead.baseUrl(), "patience: 23h")
                .write(folder);
        gateway = GatewayProcess.in(folder)
                .with("BACKFILL_AUTH_MODE", "header")
                .with("BACKFILL_AUTH_HEADER", "X-Tenant")
                .with("BACKFILL_AUTH_TRUSTED_PROXIES", "127.0.0.1/32")
                .with("BACKFILL_BATCHES_CREATES_PER_HOUR", "0")
                .start();
        hog = Api.of(gateway.baseUrl()).with("X-Tenant", "hog");
        victim = Api.of(gateway.baseUrl()).with("X-Tenant", "victim");
    }

    public GatewayProcess gateway() {
        return gateway;
    }

    public Simulator slow() {
        return slow;
    }

    public Api hog() {
        return hog;
    }

    public Api victim() {
        return victim;
    }

    /** Creates {@code count} batches of the tenant {@code hog}, all with this file. */
    public List<String> open(int count, String file) throws InterruptedException, ExecutionException {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> creators = new ArrayList<>();
            for (int creator = 0; creator < CREATORS; creator++) {
                int share = count / CREATORS + (creator < count % CREATORS ? 1 : 0);
                creators.add(clients.submit(() -> create(share, file)));
            }
            List<String> all = new ArrayList<>();
            for (Future<List<String>> creator : creators) {
                all.addAll(creator.get());
            }
            return all;
        }
    }

    private List<String> create(int count, String file) {
        Batches batches = new Batches(hog);
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            ids.add(batches.create(file).id());
        }
        return ids;
    }

    /** Cancels batches of the tenant {@code hog} and waits until all have ended. */
    public void cancel(List<String> ids) {
        Batches batches = new Batches(hog);
        ids.forEach(batches::cancel);
        ids.forEach(id -> batches.await(id, "ends", BatchView::isTerminal, Duration.ofMinutes(2)));
    }

    /** Returns the time from the create of a batch of the tenant {@code victim} with this file to its end. */
    public Duration timeToEnd(String file) {
        Batches batches = new Batches(victim);
        long before = System.nanoTime();
        batches.awaitEnd(batches.create(file).id(), "completed", Duration.ofMinutes(4));
        return Duration.ofNanos(System.nanoTime() - before);
    }

    @Override
    public void close() throws IOException {
        hog.close();
        victim.close();
        gateway.close();
        slow.close();
        fast.close();
        dead.close();
    }
}
