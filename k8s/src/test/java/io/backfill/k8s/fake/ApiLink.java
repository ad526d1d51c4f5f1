package io.backfill.k8s.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connection to the API server: a TCP relay that can be cut, and whose open watches can be made to receive nothing more. */
final class ApiLink implements AutoCloseable {
    private final ServerSocket listener;
    private final int port;
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean closed;

    /** @param port of the API server on this machine */
    ApiLink(int port) {
        this.port = port;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("api-link").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Breaks all connections. New ones are broken at once, until {@link #restore}. */
    void cut() {
        cut = true;
        relays.forEach(Relay::close);
    }

    void restore() {
        cut = false;
    }

    /** Keeps the watches that are open now open, but passes nothing more through them. */
    void deafenWatches() {
        relays.forEach(relay -> relay.deaf = relay.watch);
    }

    /** Breaks the watches that are open now. */
    void breakWatches() {
        relays.stream().filter(relay -> relay.watch).forEach(Relay::close);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                if (cut) {
                    client.close();
                } else {
                    new Relay(client, new Socket(InetAddress.getLoopbackAddress(), port)).start();
                }
            } catch (IOException e) {
                // the link is closed, or the server is not running: the client's connection breaks
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        relays.forEach(Relay::close);
    }

    private final class Relay {
        private final Socket client;
        private final Socket server;
        private volatile boolean watch;
        private volatile boolean deaf;

        Relay(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            relays.add(this);
            Thread.ofVirtual().name("to-api").start(() -> pump(client, server, true));
            Thread.ofVirtual().name("from-api").start(() -> pump(server, client, false));
            if (cut) {
                close();
            }
        }

        private void pump(Socket from, Socket to, boolean toServer) {
            byte[] bytes = new byte[16 * 1024];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    if (toServer && !watch) {
                        watch = new String(bytes, 0, n, StandardCharsets.ISO_8859_1)
                                .toLowerCase(Locale.ROOT)
                                .contains("upgrade: websocket");
                    }
                    if (!deaf) {
                        out.write(bytes, 0, n);
                        out.flush();
                    }
                }
            } catch (IOException e) {
                // one side has disconnected, so the other is disconnected too
            }
            close();
        }

        private void close() {
            relays.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
