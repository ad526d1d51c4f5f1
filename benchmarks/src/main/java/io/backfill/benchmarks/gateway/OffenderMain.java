package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A misbehaving client. Arguments: server, tenant header, tenant, action, and the arguments of the action. Prints
 * {@link #UNDER_WAY} once it has begun, then continues until it is killed, for ten minutes at most. All connections go to the
 * gateway that the benchmark started on the loopback address.
 *
 * <ul>
 *   <li>{@code batches FILE COUNT}: uploads the file and creates {@code COUNT} batches of it.
 *   <li>{@code creates FILE PER_SECOND}: uploads the file and creates this many batches of it per second.
 *   <li>{@code slow-uploads COUNT}: opens connections that send one byte of a body per second.
 *   <li>{@code slow-downloads FILE COUNT}: opens connections that read one byte of a file per second.
 *   <li>{@code idle COUNT}: opens connections that announce an upload without a key and send nothing more.
 *   <li>{@code uploads FILE COUNT}: uploads the file on {@code COUNT} connections in parallel, without a pause.
 * </ul>
 */
public final class OffenderMain {
    static final String UNDER_WAY = "under way";

    private static final long LIMIT_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int CREATORS = 64;
    private static final int CONNECT_MILLIS = 10_000;
    private static final long A_SECOND = 1_000_000_000;

    private final URI server;
    private final String header;
    private final String tenant;
    private final long end = System.nanoTime() + LIMIT_NANOS;

    private OffenderMain(URI server, String header, String tenant) {
        this.server = server;
        this.header = header;
        this.tenant = tenant;
    }

    public static void main(String[] arguments) throws Exception {
        OffenderMain offender = new OffenderMain(URI.create(arguments[0]), arguments[1], arguments[2]);
        switch (arguments[3]) {
            case "batches" -> offender.batches(Path.of(arguments[4]), Integer.parseInt(arguments[5]));
            case "creates" -> offender.creates(Path.of(arguments[4]), Integer.parseInt(arguments[5]));
            case "slow-uploads" -> offender.slowUploads(Integer.parseInt(arguments[4]));
            case "slow-downloads" -> offender.slowDownloads(Path.of(arguments[4]), Integer.parseInt(arguments[5]));
            case "idle" -> offender.idle(Integer.parseInt(arguments[4]));
            case "uploads" -> offender.uploads(Path.of(arguments[4]), Integer.parseInt(arguments[5]));
            default -> throw new IllegalArgumentException("unknown: " + arguments[3]);
        }
    }

    private static void underWay() {
        System.out.println(UNDER_WAY);
    }

    private boolean mayGoOn() {
        return System.nanoTime() - end < 0;
    }

    private GatewayClient client() {
        return new GatewayClient(server, Map.of(header, tenant));
    }

    private void batches(Path file, int count) throws Exception {
        try (GatewayClient client = client();
                ExecutorService threads = Executors.newFixedThreadPool(CREATORS / 4)) {
            String id = client.upload(file);
            CountDownLatch created = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                threads.execute(() -> {
                    while (!creates(client, id) && mayGoOn()) {
                        LockSupport.parkNanos(A_SECOND / 10);
                    }
                    created.countDown();
                });
            }
            created.await(LIMIT_NANOS, TimeUnit.NANOSECONDS);
            underWay();
        }
    }

    private static boolean creates(GatewayClient client, String file) {
        try {
            client.createBatch(file);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private void creates(Path file, int perSecond) throws Exception {
        try (GatewayClient client = client();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String id = client.upload(file);
            Semaphore open = new Semaphore(perSecond);
            underWay();
            for (long next = System.nanoTime(); mayGoOn(); next += A_SECOND / perSecond) {
                LockSupport.parkNanos(next - System.nanoTime());
                if (open.tryAcquire()) {
                    threads.execute(() -> {
                        try {
                            creates(client, id);
                        } finally {
                            open.release();
                        }
                    });
                }
            }
        }
    }

    private void uploads(Path file, int count) {
        try (GatewayClient client = client();
                ExecutorService threads = Executors.newFixedThreadPool(count)) {
            for (int i = 0; i < count; i++) {
                threads.execute(() -> {
                    while (mayGoOn()) {
                        try {
                            client.upload(file);
                        } catch (IOException refused) {
                            LockSupport.parkNanos(A_SECOND);
                        }
                    }
                });
            }
            underWay();
        }
    }

    /** One exchange over its own socket. */
    @FunctionalInterface
    private interface Talk {
        void over(Socket socket) throws IOException;
    }

    private void slowUploads(int count) throws Exception {
        many(count, socket -> {
            OutputStream out = socket.getOutputStream();
            send(
                    out,
                    head("POST /v1/files", "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000"));
            send(out, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"slow.jsonl\"\r\n\r\n");
            while (mayGoOn()) {
                LockSupport.parkNanos(A_SECOND);
                send(out, "x");
            }
        });
    }

    private void slowDownloads(Path file, int count) throws Exception {
        String id;
        try (GatewayClient client = client()) {
            id = client.upload(file);
        }
        many(count, socket -> {
            send(socket.getOutputStream(), head("GET /v1/files/" + id + "/content", "Accept: */*"));
            InputStream in = socket.getInputStream();
            while (in.read() >= 0 && mayGoOn()) {
                LockSupport.parkNanos(A_SECOND);
            }
        });
    }

    private void idle(int count) throws Exception {
        many(count, socket -> {
            send(
                    socket.getOutputStream(),
                    "POST /v1/files HTTP/1.1\r\nHost: " + server.getAuthority()
                            + "\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n");
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[1024];
            int read = in.read(answer);
            while (read >= 0 && mayGoOn()) {
                read = in.read(answer);
            }
        });
    }

    private String head(String request, String headers) {
        return request + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n" + header + ": " + tenant + "\r\n"
                + headers + "\r\n\r\n";
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Keeps {@code count} exchanges running. One that the gateway closes is restarted after a second. */
    private void many(int count, Talk talk) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                threads.execute(() -> {
                    while (mayGoOn()) {
                        try (Socket socket = new Socket()) {
                            socket.setReceiveBufferSize(4096);
                            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MILLIS);
                            begun.countDown();
                            talk.over(socket);
                        } catch (IOException ended) {
                            begun.countDown();
                        }
                        LockSupport.parkNanos(A_SECOND);
                    }
                });
            }
            begun.await(1, TimeUnit.MINUTES);
            underWay();
        }
    }
}
