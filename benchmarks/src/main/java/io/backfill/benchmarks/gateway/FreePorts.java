package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports on which no process listens at the moment. */
public final class FreePorts {
    private static final Path EPHEMERAL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 10_240;
    /** Start of the ephemeral range on Linux unless configured otherwise; other systems start higher. */
    private static final int USUAL_END = 32_768;

    private static final int MOST_TRIES = 1_000;

    private FreePorts() {}

    /**
     * Returns {@code count} different free ports of 127.0.0.1, chosen at random below the ephemeral range. The system assigns the
     * ports of that range to outgoing connections, so a gateway that needs seconds to start could lose such a port to any client.
     * Another server may still take a port before it is used: this is rare and causes a visible error.
     */
    public static List<Integer> take(int count) {
        int end = end();
        List<Integer> ports = new ArrayList<>();
        for (int tries = 0; ports.size() < count; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (!ports.contains(port) && isFree(port)) {
                ports.add(port);
            } else if (tries >= MOST_TRIES) {
                throw new IllegalStateException("no free port from " + LOWEST + " to " + (end - 1));
            }
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Returns the first port of the ephemeral range, or the usual one if the range leaves fewer than 1,000 ports below it. */
    static int end() {
        try {
            int first =
                    Integer.parseInt(Files.readString(EPHEMERAL_RANGE).strip().split("\\s+")[0]);
            return first >= LOWEST + 1_000 ? first : USUAL_END;
        } catch (IOException | NumberFormatException otherSystem) {
            return USUAL_END;
        }
    }
}
