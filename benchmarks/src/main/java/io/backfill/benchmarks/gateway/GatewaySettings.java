package io.backfill.benchmarks.gateway;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The start parameters of a child gateway.
 *
 * @param home the project folder, which contains the launcher
 * @param dataDir the data folder; created if absent, kept at the end
 * @param environment variables that differ from the environment of this process, such as {@code BACKFILL_PROFILE}
 */
public record GatewaySettings(
        Path home, Path dataDir, int httpPort, int managementPort, Map<String, String> environment) {
    public GatewaySettings {
        home = home.toAbsolutePath().normalize();
        dataDir = dataDir.toAbsolutePath().normalize();
        environment = Map.copyOf(environment);
    }

    /** Returns settings with two free ports and profile {@code local}. */
    public static GatewaySettings onFreePorts(Path home, Path dataDir) {
        List<Integer> ports = FreePorts.take(2);
        return new GatewaySettings(home, dataDir, ports.get(0), ports.get(1), Map.of());
    }

    /** Returns a copy with one more environment variable. */
    public GatewaySettings with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new GatewaySettings(home, dataDir, httpPort, managementPort, more);
    }
}
