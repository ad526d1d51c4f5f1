package io.backfill.it.server;

import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import java.net.URI;
import java.nio.file.Path;

/**
 * The provisioned server, started as users start it ({@code ./backfill serve}), on free ports and with a data folder of its own.
 * If a failing test leaves the process behind, it ends with the test JVM.
 *
 * <pre>{@code
 * try (GatewayProcess gateway = GatewayProcess.in(tempDir).with("BACKFILL_MODELS_FILE", models).start()) {
 *     ... gateway.baseUrl() ...
 *     gateway.kill9();
 *     gateway.restart();
 * }
 * }</pre>
 */
public final class GatewayProcess implements AutoCloseable {
    static final String QUICK_START = "-Xms256m -Xmx768m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final GatewayServer server;

    private GatewayProcess(GatewayServer server) {
        this.server = server;
    }

    /** Returns the builder of a gateway that keeps its data in {@code dataDir}. The profile is {@code local} unless set otherwise. */
    public static Builder in(Path dataDir) {
        Path home = home();
        Path server = serverFolder();
        return new Builder(GatewaySettings.onFreePorts(home, dataDir)
                .with("BACKFILL_SERVER_DIR", server.toString())
                .with(
                        "BACKFILL_JAVA_OPTS",
                        QUICK_START + " -Xlog:cds=off -XX:SharedArchiveFile=" + ClassArchive.of(home, server)));
    }

    /**
     * Returns the builder of a gateway on Open Liberty that keeps its data in {@code dataDir}. The server's folder is beside it, with
     * the suffix {@code -usr}, and new.
     */
    public static Builder onLiberty(Path dataDir) {
        return new Builder(LibertyServer.install(dataDir.resolveSibling(dataDir.getFileName() + "-usr"), dataDir));
    }

    private static Path home() {
        return Path.of(System.getProperty("backfill.home", "../.."));
    }

    /** Returns the folder of the provisioned server, which all gateways share. */
    static Path serverFolder() {
        return Path.of(System.getProperty("backfill.server", home() + "/ear/target/server"));
    }

    /** The settings before the start. */
    public record Builder(GatewaySettings settings) {
        /** Adds an environment variable of the server. */
        public Builder with(String variable, String value) {
            return new Builder(settings.with(variable, value));
        }

        /** Starts the server and waits until it is ready. */
        public GatewayProcess start() {
            GatewayServer server = GatewayServer.launch(settings);
            try {
                server.awaitReady();
            } catch (RuntimeException neverReady) {
                server.close();
                throw neverReady;
            }
            return new GatewayProcess(server);
        }
    }

    /** Returns {@code http://127.0.0.1:PORT}, without a path. */
    public URI baseUrl() {
        return server.baseUrl();
    }

    /** Returns the base address of {@code /health/ready}. */
    public URI managementUrl() {
        return server.managementUrl();
    }

    public Path dataDir() {
        return server.dataDir();
    }

    /** Kills the process by {@code kill -9}, and returns when it has ended. */
    public void kill9() {
        server.kill9();
    }

    /** Sends SIGTERM, and returns the exit status when the process has ended. */
    public int terminate() {
        return server.terminate();
    }

    /** Starts the server again on the same data and ports, after killing it if it runs. Returns when it is ready. */
    public void restart() {
        if (server.isAlive()) {
            server.kill9();
        }
        server.restart();
    }

    /** Returns whether {@code /health/ready} answers 200 now. */
    public boolean isReady() {
        return server.isReady();
    }

    public boolean isAlive() {
        return server.isAlive();
    }

    public long pid() {
        return server.pid();
    }

    /** Returns everything that the server has written to its console since the first start. */
    public String logs() {
        return server.logs();
    }

    @Override
    public void close() {
        server.close();
    }
}
