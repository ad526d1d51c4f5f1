package io.backfill.it.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.backfill.benchmarks.gateway.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A WildFly as its project distributes it, with a configuration and data of its own: the distribution is shared and not changed. If a
 * failing test leaves the process behind, it ends with the test JVM.
 */
public final class StockWildFly implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(90);

    private final Path home;
    private final Path base;
    private final String configuration;
    private final List<String> properties;
    private final int httpPort;
    private final int managementPort;
    private Process process;

    private StockWildFly(Path home, Path base, String configuration) {
        List<Integer> ports = FreePorts.take(5);
        this.home = home;
        this.base = base;
        this.configuration = configuration;
        this.httpPort = ports.get(0);
        this.managementPort = ports.get(1);
        this.properties = List.of(
                "-Djboss.server.base.dir=" + base,
                "-Djboss.http.port=" + httpPort,
                "-Djboss.management.http.port=" + managementPort,
                "-Djboss.https.port=" + ports.get(2),
                "-Djboss.ajp.port=" + ports.get(3),
                "-Djboss.management.https.port=" + ports.get(4));
    }

    /**
     * Copies the configuration of a distribution and starts a server with it.
     *
     * @param home of the distribution
     * @param base folder of this server; must not exist
     * @param configuration such as {@code standalone.xml}
     */
    public static StockWildFly start(Path home, Path base, String configuration) throws IOException {
        copy(home.resolve("standalone"), base);
        StockWildFly server = new StockWildFly(home, base, configuration);
        server.start();
        return server;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Starts the server again after it has ended. Returns when it is up. */
    public void start() throws IOException {
        Files.deleteIfExists(console());
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/standalone.sh").toString());
        command.add("--server-config=" + configuration);
        command.addAll(properties);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console().toFile());
        // the settings of the server that Arquillian starts
        builder.environment().keySet().removeIf(variable -> variable.startsWith("BACKFILL_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", GatewayProcess.QUICK_START + " -Djava.net.preferIPv4Stack=true");
        process = builder.start();
        Process started = process;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> destroy(started)));
        Awaitility.await()
                .atMost(START_LIMIT)
                .until(() -> logs().contains("WFLYSRV0025") || logs().contains("WFLYSRV0026") || !process.isAlive());
        if (!logs().contains("WFLYSRV0025")) {
            throw new IllegalStateException("the server has not started without errors: " + logs());
        }
    }

    /** Runs commands of the server's command line in this order, all of which must succeed. Returns what they print. */
    public String cli(String... commands) throws IOException, InterruptedException {
        return ServerCli.run(home, managementUrl(), base, List.of(commands));
    }

    /** Runs a script in the folder in which it lies. Returns what it prints. */
    public String script(Path script) throws IOException, InterruptedException {
        return ServerCli.script(home, managementUrl(), script);
    }

    /** Sends SIGTERM to the JVM, and returns when it has ended. */
    public void terminate() throws InterruptedException {
        process.descendants().filter(StockWildFly::isJava).forEach(ProcessHandle::destroy);
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server has not stopped: " + logs());
        }
    }

    /** Returns {@code http://127.0.0.1:PORT}, without a path. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + httpPort);
    }

    public URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    /** Returns the folder {@code standalone} of this server. */
    public Path base() {
        return base;
    }

    /** Returns the process id of the JVM. */
    public long pid() {
        return process.descendants()
                .filter(StockWildFly::isJava)
                .findFirst()
                .orElseThrow()
                .pid();
    }

    /** Returns what the server has written to its console since the last start. */
    public String logs() {
        try {
            return Files.exists(console()) ? Files.readString(console(), UTF_8) : "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path console() {
        return base.resolve("console.log");
    }

    private static boolean isJava(ProcessHandle handle) {
        return handle.info()
                .command()
                .filter(command -> command.endsWith("/java"))
                .isPresent();
    }

    private static void destroy(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        destroy(process);
    }
}
