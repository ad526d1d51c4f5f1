package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.GatewayServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what a kubelet and a client observe during an outage: readiness four times per second, liveness and a status read every
 * half second.
 */
final class OutageProbe implements AutoCloseable {
    private static final long READY_EVERY_NANOS = 250_000_000;
    private static final long LIVE_EVERY_NANOS = 500_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final double NANOS = 1e9;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final AtomicLong slowestLive = new AtomicLong();
    private final AtomicInteger notLive = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<String> wrongReads = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private final List<Thread> threads;

    /** @param read a request to the API with a tenant's header */
    OutageProbe(GatewayServer gateway, HttpRequest read) {
        URI management = gateway.managementUrl();
        threads = List.of(
                Thread.ofPlatform()
                        .start(() -> every(READY_EVERY_NANOS, () -> {
                            // asynchronous, because a kubelet also sends further probes while an earlier one hangs
                            var asked = http.sendAsync(
                                    request(management.resolve("/health/ready")),
                                    HttpResponse.BodyHandlers.discarding());
                            asked.exceptionally(late -> null);
                        })),
                Thread.ofPlatform().start(() -> every(LIVE_EVERY_NANOS, () -> live(management))),
                Thread.ofPlatform().start(() -> every(LIVE_EVERY_NANOS, () -> read(read))));
    }

    private static HttpRequest request(URI page) {
        return HttpRequest.newBuilder(page).timeout(PATIENCE).build();
    }

    private void every(long nanos, Runnable action) {
        while (!over) {
            long next = System.nanoTime() + nanos;
            action.run();
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void live(URI management) {
        long asked = System.nanoTime();
        try {
            if (http.send(request(management.resolve("/health/live")), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    != OK) {
                notLive.incrementAndGet();
            }
        } catch (IOException refused) {
            notLive.incrementAndGet();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        slowestLive.accumulateAndGet(System.nanoTime() - asked, Math::max);
    }

    private void read(HttpRequest request) {
        reads.incrementAndGet();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            boolean refused =
                    answer.statusCode() == UNAVAILABLE && answer.body().contains("\"error\"");
            if (answer.statusCode() != OK && !refused) {
                wrongReads.add("status " + answer.statusCode());
            }
        } catch (IOException broken) {
            wrongReads.add(String.valueOf(broken));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the seconds of the slowest liveness probe. */
    double slowestLiveness() {
        return slowestLive.get() / NANOS;
    }

    /** Returns the number of liveness probes that were not answered with 200. */
    int notLive() {
        return notLive.get();
    }

    /** Returns the status reads that were neither answered nor rejected in the API's format. */
    List<String> wrongReads() {
        return wrongReads;
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(PATIENCE.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        http.shutdownNow();
    }
}
