package io.backfill.dispatch.metrics;

import io.backfill.dispatch.http.ReservedHeaders;
import io.backfill.models.Model;
import io.backfill.reload.Fingerprint;
import io.backfill.replicas.EngineMetrics;
import io.backfill.tls.ApiKeyFile;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Reads {@code /metrics} of engines with the key, headers and TLS of a model. Connections are reused. There is one client per set of
 * TLS files; it is replaced when a file changes and closed when it has not been used for a while. Thread-safe.
 */
final class EngineAccess {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final long MOST_BYTES = 1 << 20;
    private static final long UNUSED_NANOS = Duration.ofMinutes(10).toNanos();

    private final Executor threads;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<Optional<Model.Tls>, Client> clients = new ConcurrentHashMap<>();

    private record Client(HttpClient http, Fingerprint files, long usedAt) {}

    EngineAccess(Executor threads, LongSupplier nanoTime) {
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    /**
     * Reads the metrics of one engine. Blocks for at most {@link #TIMEOUT}.
     *
     * @return the metrics, or empty if the engine serves no known ones or rejects this model's key
     * @throws IOException if the engine does not answer in time or the model's files cannot be used
     */
    Optional<EngineMetrics> ask(Model model, URI replica) throws IOException {
        HttpRequest request = request(model, replica);
        EngineMetricsText text = new EngineMetricsText();
        BodyHandler<Void> lines = BodyHandlers.fromLineSubscriber(new LineTaker(text));
        CompletableFuture<HttpResponse<Void>> call =
                client(model.tls()).sendAsync(request, BodyHandlers.limiting(lines, MOST_BYTES));
        try {
            // the time-out of the request covers only the header of the answer
            HttpResponse<Void> answer = call.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return answer.statusCode() == 200 ? text.metrics() : Optional.empty();
        } catch (TimeoutException e) {
            throw new IOException(replica + " did not return its metrics in time", e);
        } catch (ExecutionException e) {
            throw new IOException(replica + " did not return its metrics", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading the metrics of " + replica);
        } finally {
            call.cancel(true);
        }
    }

    /** Closes clients that have not been used for a while. */
    void closeUnused() {
        long now = nanoTime.getAsLong();
        clients.forEach((tls, client) -> {
            if (now - client.usedAt > UNUSED_NANOS && clients.remove(tls, client)) {
                client.http.shutdown();
            }
        });
    }

    private static HttpRequest request(Model model, URI replica) throws IOException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(replica.toString().replaceAll("/$", "") + "/metrics"))
                    .timeout(TIMEOUT);
            model.headers().forEach((name, value) -> {
                if (!ReservedHeaders.contains(name)) {
                    request.setHeader(name, value);
                }
            });
            if (model.apiKeyFile().isPresent()) {
                request.setHeader(
                        "Authorization",
                        "Bearer " + ApiKeyFile.read(model.apiKeyFile().get()));
            }
            return request.build();
        } catch (IllegalArgumentException e) {
            throw new IOException("the address or a header of model '" + model.name() + "' cannot be used", e);
        }
    }

    private HttpClient client(Optional<Model.Tls> tls) throws IOException {
        Fingerprint files = Fingerprint.of(tls.map(Model.Tls::files).orElse(List.of()));
        Client known = clients.get(tls);
        if (known == null || !known.files.equals(files)) {
            Client made = new Client(open(tls), files, nanoTime.getAsLong());
            Client old = clients.put(tls, made);
            if (old != null) {
                old.http.shutdown();
            }
            return made.http;
        }
        clients.replace(tls, known, new Client(known.http, known.files, nanoTime.getAsLong()));
        return known.http;
    }

    private HttpClient open(Optional<Model.Tls> tls) throws IOException {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(TIMEOUT)
                .executor(threads)
                .sslContext(tls.isPresent() ? ClientTls.context(tls.get()) : ClientTls.systemDefault())
                .build();
    }
}
