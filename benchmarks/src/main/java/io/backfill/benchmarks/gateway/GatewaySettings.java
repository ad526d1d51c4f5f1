package io.backfill.benchmarks.gateway;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The start parameters of a child gateway.
 *
 * @param command starts the gateway; signals to its process must reach the JVM
 * @param dataDir the data folder; created if absent, kept at the end
 * @param environment variables that differ from the environment of this process, such as {@code BACKFILL_PROFILE}
 */
public record GatewaySettings(
        List<String> command, Path dataDir, int httpPort, int managementPort, Map<String, String> environment) {
    public GatewaySettings {
        command = List.copyOf(command);
        dataDir = dataDir.toAbsolutePath().normalize();
        environment = Map.copyOf(environment);
    }

    /**
     * Returns settings of {@code ./backfill serve} with two free ports and profile {@code local}.
     *
     * @param home the project folder, which contains the launcher
     */
    public static GatewaySettings onFreePorts(Path home, Path dataDir) {
        List<Integer> ports = FreePorts.take(2);
        return new GatewaySettings(serve(home), dataDir, ports.get(0), ports.get(1), Map.of());
    }

    /** Returns the command of the launcher in a project folder, which replaces itself by the server's JVM. */
    public static List<String> serve(Path home) {
        return List.of(home.toAbsolutePath().normalize().resolve("backfill").toString(), "serve");
    }

    /** Returns a copy with one more environment variable. */
    public GatewaySettings with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new GatewaySettings(command, dataDir, httpPort, managementPort, more);
    }
}
