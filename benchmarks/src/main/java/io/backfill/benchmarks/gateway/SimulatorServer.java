package io.backfill.benchmarks.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A simulated model in a separate process, started with {@code ./backfill simulate}, so that its cost is not attributed to the
 * measuring process. Times in its ledger are epoch milliseconds. Not thread-safe.
 */
public final class SimulatorServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long POLL_NANOS = 50_000_000;
    private static final int START_TRIALS = 5;
    private static final long START_LIMIT_NANOS = 60_000_000_000L;

    private final Process process;
    private final URI base;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private SimulatorServer(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    /**
     * The counts of received requests.
     *
     * @param open requests without an answer yet
     */
    public record Stats(long received, long open) {}

    /**
     * A request in its ledger.
     *
     * @param answeredMillis 0 while there is no answer
     */
    public record Received(String requestId, String model, long receivedMillis, long answeredMillis, int status) {}

    /**
     * Starts a simulator on a free port and waits until it serves.
     *
     * @param home the project folder, which contains the launcher
     * @param console file for its output
     * @param flags flags of {@code ./backfill simulate}, without the port
     */
    public static SimulatorServer start(Path home, Path console, String... flags) {
        return start(List.of(), home, console, flags);
    }

    /** Starts a simulator as {@link #start(Path, Path, String...)} does, at the lowest priority: nice 19. */
    public static SimulatorServer startNice(Path home, Path console, String... flags) {
        return start(List.of("nice", "-n", "19"), home, console, flags);
    }

    /** Retries with other ports if another process has taken one, such as the following ports on which further replicas listen. */
    private static SimulatorServer start(List<String> prefix, Path home, Path console, String... flags) {
        for (int trial = 1; trial < START_TRIALS; trial++) {
            try {
                return startOnce(prefix, home, console, flags);
            } catch (IllegalStateException taken) {
                // The next attempt uses other ports; the last one reports the error.
                continue;
            }
        }
        return startOnce(prefix, home, console, flags);
    }

    private static SimulatorServer startOnce(List<String> prefix, Path home, Path console, String... flags) {
        int port = FreePorts.take(1).getFirst();
        List<String> command = new ArrayList<>(prefix);
        Collections.addAll(command, home.resolve("backfill").toString(), "simulate", "--port", Integer.toString(port));
        Collections.addAll(command, flags);
        Process process = ChildProcesses.start(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile())));
        SimulatorServer server = new SimulatorServer(process, URI.create("http://127.0.0.1:" + port));
        server.awaitReady(console);
        return server;
    }

    private void awaitReady(Path console) {
        long end = System.nanoTime() + START_LIMIT_NANOS;
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                close();
                throw new IllegalStateException("the simulator did not start; see " + console);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean answers() {
        try {
            stats();
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Returns {@code http://127.0.0.1:PORT}, without a path. */
    public String baseUrl() {
        return base.toString();
    }

    /** Returns the URL of a replica, from 0; 0 is {@link #baseUrl}. Others exist only with the flag {@code --replicas}. */
    public String replicaUrl(int replica) {
        return "http://" + base.getHost() + ":" + (base.getPort() + replica);
    }

    public long pid() {
        return process.pid();
    }

    /** Returns the counts since the start or the last {@link #clear}. */
    public Stats stats() throws IOException {
        JsonNode stats = JSON.readTree(send(request("/admin/stats").GET().build(), BodyHandlers.ofString())
                .body());
        return new Stats(stats.path("received").asLong(), stats.path("open").asLong());
    }

    /** Clears the ledger and resets the counts. */
    public void clear() throws IOException {
        send(request("/admin/ledger").DELETE().build(), BodyHandlers.ofString());
    }

    /** Replaces the fault rules by these, in the JSON form of {@code PUT /admin/faults}. */
    public void faults(String json) throws IOException {
        send(request("/admin/faults").PUT(BodyPublishers.ofString(json)).build(), BodyHandlers.ofString());
    }

    /** Passes every request since the last {@link #clear} to {@code sink}, in order of receipt. */
    public void ledger(Consumer<Received> sink) throws IOException {
        HttpResponse<InputStream> answer = send(request("/admin/ledger").GET().build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode entry = JSON.readTree(line);
                sink.accept(new Received(
                        entry.path("requestId").asText(),
                        entry.path("model").asText(),
                        entry.path("received").asLong(),
                        entry.path("answered").asLong(0),
                        entry.path("status").asInt(0)));
            }
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofMinutes(1));
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) throws IOException {
        try {
            HttpResponse<T> answer = http.send(request, body);
            if (answer.statusCode() != 200) {
                throw new IOException(request.uri() + " was answered " + answer.statusCode());
            }
            return answer;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", interrupted));
        }
    }

    /** Kills the process. Connections to it break at once. */
    @Override
    public void close() {
        process.destroyForcibly();
        http.shutdownNow();
    }
}
