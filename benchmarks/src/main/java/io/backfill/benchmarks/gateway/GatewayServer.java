package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A gateway as a child process, normally started with {@code ./backfill serve}. The command replaces itself by the server's JVM:
 * {@link #pid} is that of the JVM, and signals reach it. The console is written to {@code log/console.log} in its data folder. Not thread-safe.
 */
public final class GatewayServer implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration START_LIMIT = Duration.ofSeconds(180);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final int TAIL = 40;

    private final GatewaySettings settings;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private Process process;

    /** Starts a gateway and returns at once; use {@link #awaitReady} to wait until it serves. */
    public static GatewayServer launch(GatewaySettings settings) {
        return new GatewayServer(settings);
    }

    /** Starts a gateway and waits until it is ready. */
    public static GatewayServer start(GatewaySettings settings) {
        GatewayServer server = launch(settings);
        server.awaitReady();
        return server;
    }

    private GatewayServer(GatewaySettings settings) {
        this.settings = settings;
        this.process = spawn(settings);
    }

    private static Process spawn(GatewaySettings settings) {
        Path console = console(settings);
        try {
            Files.createDirectories(settings.dataDir().resolve("log"));
        } catch (IOException cannotMake) {
            throw new UncheckedIOException(cannotMake);
        }
        ProcessBuilder builder = new ProcessBuilder(settings.command())
                .directory(settings.dataDir().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
        builder.environment().put("BACKFILL_DATA_DIR", settings.dataDir().toString());
        builder.environment().put("BACKFILL_HTTP_PORT", Integer.toString(settings.httpPort()));
        builder.environment().put("BACKFILL_MANAGEMENT_PORT", Integer.toString(settings.managementPort()));
        builder.environment().putAll(settings.environment());
        return ChildProcesses.start(builder);
    }

    private static Path console(GatewaySettings settings) {
        return settings.dataDir().resolve("log").resolve("console.log");
    }

    /**
     * Waits until {@code /health/ready} reports ready. Throws, with the end of the console output, if the gateway exits or is not
     * ready after minutes.
     */
    public void awaitReady() {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady()) {
            if (waitFor(POLL)) {
                throw new IllegalStateException(
                        "the gateway ended with status " + process.exitValue() + ":\n" + lastWords());
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the gateway is not ready after " + START_LIMIT + ":\n" + lastWords());
            }
        }
    }

    /** Returns whether the readiness page answers 200 now. */
    public boolean isReady() {
        HttpRequest ask = HttpRequest.newBuilder(managementUrl().resolve("/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the gateway", interrupted);
        }
    }

    /** Kills the process with {@code kill -9} and waits until it is gone. */
    public void kill9() {
        process.destroyForcibly();
        if (!waitFor(STOP_LIMIT)) {
            throw new IllegalStateException("process " + pid() + " still runs after kill -9");
        }
    }

    /** Sends SIGTERM, waits for the graceful end and returns the exit status. */
    public int terminate() {
        if (process.isAlive()) {
            process.destroy();
        }
        if (!waitFor(STOP_LIMIT)) {
            kill9();
            throw new IllegalStateException("the gateway did not end within " + STOP_LIMIT + ":\n" + lastWords());
        }
        return process.exitValue();
    }

    /**
     * Starts the gateway again in the same folder on the same ports, after {@link #kill9} or {@link #terminate}. Returns at once.
     */
    public void relaunch() {
        if (process.isAlive()) {
            throw new IllegalStateException("the gateway is still running");
        }
        process = spawn(settings);
    }

    /** Starts the gateway again as {@link #relaunch} does and waits until it is ready. */
    public void restart() {
        relaunch();
        awaitReady();
    }

    /** Blocks until the process exits or is ended by an external signal. */
    public void awaitEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Returns {@code http://127.0.0.1:PORT}, without a path. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + settings.httpPort());
    }

    /** Returns the base URL of {@code /health/ready}. */
    public URI managementUrl() {
        return URI.create("http://127.0.0.1:" + settings.managementPort());
    }

    public Path dataDir() {
        return settings.dataDir();
    }

    /** Returns the console output since the first start. */
    public String logs() {
        try {
            return Files.readString(console(settings));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private String lastWords() {
        // a failure that repeats would fill the end with its frames
        List<String> lines =
                logs().lines().filter(line -> !line.startsWith("\tat ")).toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    }

    private boolean waitFor(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the gateway", interrupted);
        }
    }

    /** Ends the process as quickly as possible. Has no effect if it has ended. */
    @Override
    public void close() {
        kill9();
        http.close();
    }
}
