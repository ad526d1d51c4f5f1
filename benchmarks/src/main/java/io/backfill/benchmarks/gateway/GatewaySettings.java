package io.backfill.benchmarks.gateway;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a child gateway is started.
 *
 * @param home the project folder, where the launcher is
 * @param dataDir its data folder; made when absent, kept at the end
 * @param environment what differs from this process' environment, such as {@code BACKFILL_PROFILE}
 */
public record GatewaySettings(
        Path home, Path dataDir, int httpPort, int managementPort, Map<String, String> environment) {
    public GatewaySettings {
        home = home.toAbsolutePath().normalize();
        dataDir = dataDir.toAbsolutePath().normalize();
        environment = Map.copyOf(environment);
    }

    /** On two free ports, profile {@code local}. */
    public static GatewaySettings onFreePorts(Path home, Path dataDir) {
        List<Integer> ports = FreePorts.take(2);
        return new GatewaySettings(home, dataDir, ports.get(0), ports.get(1), Map.of());
    }

    /** With one more variable in its environment. */
    public GatewaySettings with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new GatewaySettings(home, dataDir, httpPort, managementPort, more);
    }
}
