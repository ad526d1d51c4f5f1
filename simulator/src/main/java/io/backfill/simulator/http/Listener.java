package io.backfill.simulator.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Accepts connections and gives each one a thread: a platform thread to the first 256, which saves a quarter of the
 * processor time of a request (no poller between socket and thread, measured), and virtual threads to all others. The
 * port is bound when the constructor returns. {@link #close} drops every connection at once, as a crashing model
 * server would.
 */
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int ON_PLATFORM_THREADS = 256;

    private final ServerSocket server;
    private final Exchange exchange;
    private final Thread acceptor = Thread.ofPlatform().name("simulator-accept").unstarted(this::acceptUntilClosed);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Binds the port; port 0 selects a free one. */
    public Listener(String host, int port, Exchange exchange) throws IOException {
        this.exchange = exchange;
        this.server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(host, port), BACKLOG);
        } catch (IOException taken) {
            server.close();
            throw taken;
        }
    }

    /** Starts to accept connections on a thread of its own. */
    public Listener start() {
        acceptor.start();
        return this;
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        try {
            // The port is free only after the thread inside accept() has returned.
            acceptor.join();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptUntilClosed() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                // Otherwise a socket accepted while close() iterates over the set would stay open.
                if (server.isClosed()) {
                    socket.close();
                }
                Thread.Builder threads = open.size() <= ON_PLATFORM_THREADS
                        ? Thread.ofPlatform().daemon().name("simulator-connection")
                        : Thread.ofVirtual().name("simulator-connection");
                threads.start(() -> serve(socket));
            } catch (IOException closedOrExhausted) {
                if (!server.isClosed()) {
                    System.err.println("cannot accept a connection: " + closedOrExhausted.getMessage());
                }
            }
        }
    }

    private void serve(Socket socket) {
        try {
            new Connection(socket, exchange).run();
        } finally {
            open.remove(socket);
        }
    }
}
