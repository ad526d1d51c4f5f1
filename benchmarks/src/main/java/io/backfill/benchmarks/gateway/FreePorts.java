package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Finds ports on which no process listens at the moment. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * Returns {@code count} different free ports of 127.0.0.1. Another process may take one before it is used: this is rare and
     * causes a visible error.
     */
    public static List<Integer> take(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
            return List.copyOf(ports);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        } finally {
            held.forEach(FreePorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException closing) {
            throw new UncheckedIOException(closing);
        }
    }
}
