package io.backfill.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network between clients and any TCP server, which misbehaves on command: it can be slow, silent, refuse connections or cut
 * them. Clients connect to {@link #port()}. Initially it passes everything. Unless stated otherwise, a fault also affects open
 * connections, and lasts until {@link #pass()}.
 */
public final class TcpLink implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int PIECE = 16 * 1024;

    private volatile InetSocketAddress server;
    private final int port;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong beforeCut = new AtomicLong(NEVER);
    private volatile Duration latency = Duration.ZERO;
    /** Guards the two fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition passing = lock.newCondition();
    private boolean silent;
    private ServerSocket listening;
    private Thread accepting;

    /** Returns a link to a port of this machine. */
    public static TcpLink to(int port) {
        return new TcpLink(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public TcpLink(InetSocketAddress server) {
        this.server = server;
        listening = listen(0);
        port = listening.getLocalPort();
    }

    /** Returns the port on the loopback address at which the link listens, which never changes. */
    public int port() {
        return port;
    }

    /** Directs new connections to another port, as when a name gets another address. Open connections are not affected. */
    public void leadTo(int newPort) {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), newPort);
    }

    /** Ends all faults. Bytes that a black hole held back are delivered now. */
    public void pass() {
        latency = Duration.ZERO;
        beforeCut.set(NEVER);
        lock.lock();
        try {
            silent = false;
            passing.signalAll();
            if (listening.isClosed()) {
                listening = listen(port);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Delays each piece of an answer by {@code later}. */
    public void slow(Duration later) {
        latency = later;
    }

    /** Accepts connections and keeps them open, but passes no bytes in either direction. */
    public void blackHole() {
        lock.lock();
        try {
            silent = true;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new connections. */
    public void refuse() {
        lock.lock();
        try {
            close(listening);
            // until the accepting thread has left the socket, the system may still accept a connection
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Resets the connections that are open now. */
    public void resetAll() {
        connections.forEach(Connection::reset);
    }

    /** Passes {@code bytes} more bytes of answers and then resets the connection that carried the last one; once. */
    public void cutAfter(long bytes) {
        beforeCut.set(bytes);
    }

    /** Returns the number of connected clients. */
    public int connections() {
        return connections.size();
    }

    @Override
    public void close() {
        refuse();
        resetAll();
        lock.lock();
        try {
            silent = false;
            passing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private ServerSocket listen(int at) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
            accepting = Thread.ofVirtual().name("link " + socket.getLocalPort()).start(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Connection connection = new Connection(socket.accept());
                connections.add(connection);
                Thread.ofVirtual().start(connection::run);
            } catch (IOException closed) {
                // the link refuses connections from now on
            }
        }
    }

    private void awaitPassing() {
        lock.lock();
        try {
            while (silent) {
                passing.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // the connection is of no more use
        }
    }

    /** A client's connection, and the corresponding connection to the server. */
    private final class Connection {
        private final Socket client;
        private final Socket upstream = new Socket();

        Connection(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                awaitPassing();
                upstream.connect(server);
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                Thread questions = Thread.ofVirtual().start(() -> carry(client, upstream, false));
                carry(upstream, client, true);
                questions.join();
            } catch (IOException | InterruptedException e) {
                reset();
            } finally {
                close(client);
                close(upstream);
                connections.remove(this);
            }
        }

        private void carry(Socket from, Socket to, boolean answers) {
            byte[] piece = new byte[PIECE];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                    awaitPassing();
                    if (!answers) {
                        out.write(piece, 0, length);
                        continue;
                    }
                    delay();
                    int count = length;
                    long before = beforeCut.getAndUpdate(left -> left == NEVER || left <= count ? NEVER : left - count);
                    out.write(piece, 0, (int) Math.min(before, length));
                    if (before <= length) {
                        reset();
                    }
                }
                to.shutdownOutput();
            } catch (IOException e) {
                reset();
            }
        }

        private void delay() {
            long until = System.nanoTime() + latency.toNanos();
            for (long left = latency.toNanos(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        void reset() {
            for (Socket socket : new Socket[] {client, upstream}) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // already closed
                }
                close(socket);
            }
        }
    }
}
