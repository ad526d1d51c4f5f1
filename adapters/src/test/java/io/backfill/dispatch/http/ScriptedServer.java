package io.backfill.dispatch.http;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import org.awaitility.Awaitility;

/** A model server that controls every byte: it reads whole requests and lets a script write any answer. */
public final class ScriptedServer implements Closeable {
    /** Runs after each request has been read. */
    @FunctionalInterface
    public interface Script {
        /** Writes the answer; returns false to close the connection. */
        boolean answer(Received request, Connection connection) throws Exception;
    }

    /** One request as it was received. */
    public record Received(List<String> head, byte[] body) {
        public List<String> headers(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return head.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).trim())
                    .toList();
        }
    }

    /** The server's side of a connection. */
    public final class Connection {
        private final Socket socket;
        private final OutputStream out;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        public void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Closes the connection with a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Sends nothing until the server is closed. */
        public void hang() throws InterruptedException {
            closed.await();
        }

        /** Waits for this time, or until the server is closed. */
        public void pause(int millis) throws InterruptedException {
            closed.await(millis, TimeUnit.MILLISECONDS);
        }
    }

    private final ServerSocket server;
    private final String scheme;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Received> requests = new CopyOnWriteArrayList<>();
    private final Semaphore received = new Semaphore(0);
    private final AtomicInteger ended = new AtomicInteger();
    private final Semaphore heads = new Semaphore(0);
    private final Thread accepting;
    private volatile Script script;
    private volatile boolean readsBodies = true;

    public ScriptedServer(Script script) {
        this(ServerSocketFactory.getDefault(), "http", script);
    }

    public ScriptedServer(ServerSocketFactory factory, String scheme, Script script) {
        this.script = script;
        this.scheme = scheme;
        try {
            server = factory.createServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        accepting = Thread.ofVirtual().start(this::accept);
    }

    /** Returns a script that sends one complete answer and keeps the connection open. */
    public static Script json(int status, String body) {
        return (request, connection) -> {
            connection.write(answer(status, "application/json", body));
            return true;
        };
    }

    public static String answer(int status, String contentType, String body, String... headers) {
        StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " Something\r\nContent-Type: " + contentType
                + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n");
        for (String header : headers) {
            answer.append(header).append("\r\n");
        }
        return answer.append("\r\n").append(body).toString();
    }

    public void script(Script newScript) {
        script = newScript;
    }

    /** From now on the server does not read the bodies of requests. */
    public void stopReadingBodies() {
        readsBodies = false;
    }

    public URI uri() {
        return URI.create(scheme + "://127.0.0.1:" + port());
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Returns the number of connections that clients have opened. */
    public int accepted() {
        return accepted.get();
    }

    /** Waits until this many connections have been closed on the server's side. */
    public void awaitClosed(int connections) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> ended.get() >= connections);
    }

    public List<Received> requests() {
        return requests;
    }

    /** Waits for {@code count} further requests. */
    public void awaitRequests(int count) throws InterruptedException {
        received.acquire(count);
    }

    /** Waits for the heads of {@code count} further requests. */
    public void awaitHeads(int count) throws InterruptedException {
        heads.acquire(count);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // the server has been closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(socket);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean open = true;
            while (open) {
                Received request = read(in);
                requests.add(request);
                received.release();
                open = script.answer(request, connection);
            }
        } catch (Exception e) {
            // the client has disconnected, or the script broke the connection on purpose
        } finally {
            ended.incrementAndGet();
        }
    }

    private Received read(InputStream in) throws IOException, InterruptedException {
        List<String> head = new ArrayList<>();
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head.add(line);
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        heads.release();
        if (!readsBodies) {
            closed.await();
        }
        return new Received(head, in.readNBytes(length));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
            // until the thread has noticed, the system still accepts connections
            accepting.join();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
