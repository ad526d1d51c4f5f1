package io.backfill.webhooks.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.tenants.auth.Cidr;
import io.backfill.testing.SettableTime;
import io.backfill.tls.TestCertificates;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.SigningSecret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpWebhookSenderTest {
    private static final byte[] BODY = "{\"id\":\"evt_1\"}".getBytes(UTF_8);
    private static final EndpointSecrets SECRETS = EndpointSecrets.of(SigningSecret.of("a secret"));
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SettableTime time = SettableTime.standing();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> lookedUp = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        timer.shutdownNow();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** What the receiver does with a connection after it has read the request. */
    private interface Reaction {
        void answer(Socket socket, OutputStream out) throws Exception;
    }

    /** A receiver of raw bytes. */
    private final class Receiver implements AutoCloseable {
        private final ServerSocket server;
        private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

        Receiver(ServerSocketFactory sockets, Reaction reaction) throws IOException {
            server = sockets.createServerSocket(0, 50, LOCAL);
            open.add(this);
            Thread.startVirtualThread(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket socket = server.accept();
                        Thread.startVirtualThread(() -> serve(socket, reaction));
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
        }

        private void serve(Socket socket, Reaction reaction) {
            try (socket) {
                requests.add(read(socket.getInputStream()));
                reaction.answer(socket, socket.getOutputStream());
            } catch (Exception e) {
                requests.add("failed: " + e.getMessage());
            }
        }

        private static String read(InputStream in) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (!bytes.toString(ISO_8859_1).endsWith("\r\n\r\n" + new String(BODY, UTF_8))) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("ended after " + bytes.size() + " bytes");
                }
                bytes.write(next);
            }
            return bytes.toString(UTF_8);
        }

        int port() {
            return server.getLocalPort();
        }

        String request() throws InterruptedException {
            String request = requests.poll(20, TimeUnit.SECONDS);
            assertThat(request).isNotNull();
            return request;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private Receiver receiver(String answer) throws IOException {
        return receiver((socket, out) -> out.write(answer.getBytes(ISO_8859_1)));
    }

    private Receiver receiver(Reaction reaction) throws IOException {
        return new Receiver(ServerSocketFactory.getDefault(), reaction);
    }

    private HttpWebhookSender sender(InetAddress... addresses) {
        return sender(Duration.ofSeconds(10), Runnable::run, addresses);
    }

    private HttpWebhookSender sender(Duration limit, Executor lookups, InetAddress... addresses) {
        return sender(tls(), limit, lookups, addresses);
    }

    private HttpWebhookSender sender(SSLContext tls, Duration limit, Executor lookups, InetAddress... addresses) {
        return new HttpWebhookSender(
                new HttpWebhookSender.Ports(
                        new AddressRules(List.of(Cidr.parse("127.0.0.1"))),
                        host -> {
                            lookedUp.add(host);
                            if (addresses.length == 0) {
                                throw new UnknownHostException(host);
                            }
                            return addresses;
                        },
                        lookups,
                        timer,
                        tls,
                        time),
                limit);
    }

    private static SSLContext tls() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Delivery.Attempt send(HttpWebhookSender sender, Receiver receiver) {
        return sender.send("http://hooks.example:" + receiver.port() + "/in?x=1", "wh_1", BODY, SECRETS);
    }

    @Test
    void requestShouldBeSignedAndNameItsHost() throws Exception {
        Receiver receiver = receiver(OK);
        time.set(Instant.ofEpochSecond(1_790_000_000));

        assertThat(send(sender(LOCAL), receiver)).isEqualTo(new Delivery.Attempt(time.instant(), 200, ""));

        String request = receiver.request();
        assertThat(request).startsWith("POST /in?x=1 HTTP/1.1\r\n").endsWith("\r\n\r\n{\"id\":\"evt_1\"}");
        assertThat(request.split("\r\n"))
                .contains(
                        "Host: hooks.example:" + receiver.port(),
                        "Content-Type: application/json",
                        "Content-Length: " + BODY.length,
                        "webhook-id: wh_1",
                        "webhook-timestamp: 1790000000",
                        "webhook-signature: " + SECRETS.current().sign("wh_1", 1_790_000_000, BODY));
        assertThat(lookedUp).containsExactly("hooks.example");
    }

    @Test
    void otherStatusShouldFailAndARedirectNotBeFollowed() throws Exception {
        Receiver target = receiver(OK);
        Receiver redirecting = receiver(
                "HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:" + target.port() + "/\r\nContent-Length: 0\r\n\r\n");
        Receiver broken = receiver("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
        Receiver early = receiver("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");

        Delivery.Attempt redirected = send(sender(LOCAL), redirecting);
        assertThat(redirected.status()).isEqualTo(307);
        assertThat(redirected.error()).isEqualTo("the receiver answered 307");
        assertThat(send(sender(LOCAL), broken).status()).isEqualTo(500);
        assertThat(send(sender(LOCAL), early)).isEqualTo(new Delivery.Attempt(time.instant(), 204, ""));
        assertThat(target.requests).isEmpty();
    }

    @Test
    void hostShouldBeLookedUpOnceAndOnlyPermittedAddressesBeCalled() throws Exception {
        Receiver receiver = receiver(OK);

        Delivery.Attempt refused = send(sender(InetAddress.ofLiteral("127.0.0.2")), receiver);
        assertThat(refused.error()).isEqualTo("the host has no address that webhooks may be sent to");
        assertThat(refused.error()).doesNotContain("127.");
        assertThat(receiver.requests).isEmpty();

        lookedUp.clear();
        assertThat(send(sender(InetAddress.ofLiteral("10.0.0.1"), LOCAL), receiver)
                        .succeeded())
                .isTrue();
        assertThat(lookedUp).hasSize(1);
    }

    @Test
    void httpShouldGoToAllowedNetworksOnly() {
        Delivery.Attempt refused =
                sender(InetAddress.ofLiteral("8.8.8.8")).send("http://hooks.example/", "wh_1", BODY, SECRETS);

        assertThat(refused.error()).isEqualTo("the host has no address that webhooks may be sent to");
    }

    @Test
    void receiverThatNeverAnswersShouldEndWithTheLimit() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        open.add(gate::countDown);
        Receiver silent = receiver((socket, out) -> await(gate));
        Receiver dribbling = receiver((socket, out) -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(ISO_8859_1));
            while (!gate.await(20, TimeUnit.MILLISECONDS)) {
                out.write('x');
            }
        });
        HttpWebhookSender sender = sender(Duration.ofMillis(500), Runnable::run, LOCAL);

        for (Receiver receiver : List.of(silent, dribbling)) {
            long begin = System.nanoTime();
            Delivery.Attempt attempt = send(sender, receiver);
            assertThat(attempt.status()).isZero();
            assertThat(attempt.error()).startsWith("the receiver did not answer");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
        }
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endlessAnswerShouldBeReadToTheLimitOnly() throws Exception {
        AtomicLong sent = new AtomicLong();
        Receiver endless = receiver((socket, out) -> {
            socket.setSendBufferSize(4096);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n".getBytes(ISO_8859_1));
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
                sent.addAndGet(block.length);
            }
        });

        assertThat(send(sender(LOCAL), endless).succeeded()).isTrue();

        endless.request();
        // the receiver's next write fails
        assertThat(endless.request()).startsWith("failed: ");
        assertThat(sent.get()).isLessThan(16 << 20);
    }

    @Test
    void hugeHeaderAndGarbageShouldBeFailures() throws Exception {
        Receiver header = receiver("HTTP/1.1 200 OK\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n");
        Receiver garbage = receiver("\0\1\2 what is this\r\n\r\n");

        assertThat(send(sender(LOCAL), header).succeeded()).isFalse();
        assertThat(send(sender(LOCAL), garbage).succeeded()).isFalse();
    }

    @Test
    void failedLookUpShouldBeNamed() throws Exception {
        Receiver receiver = receiver(OK);
        CountDownLatch gate = new CountDownLatch(1);
        open.add(gate::countDown);

        assertThat(send(sender(), receiver).error()).isEqualTo("the host name was not found");
        assertThat(send(
                                sender(
                                        Duration.ofMillis(200),
                                        task -> Thread.startVirtualThread(() -> await(gate)),
                                        LOCAL),
                                receiver)
                        .error())
                .isEqualTo("the host name was not found in time");
        assertThat(send(
                                sender(
                                        Duration.ofSeconds(10),
                                        task -> {
                                            throw new RejectedExecutionException();
                                        },
                                        LOCAL),
                                receiver)
                        .error())
                .isEqualTo("too many host names are being looked up");
    }

    @Test
    void tlsShouldBeForTheHostOfTheUrl(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder, "dns:hooks.example");
        Receiver receiver =
                new Receiver(certificates.serverSockets(false), (socket, out) -> out.write(OK.getBytes(ISO_8859_1)));
        HttpWebhookSender sender = sender(certificates.serverContext(), Duration.ofSeconds(10), Runnable::run, LOCAL);

        assertThat(sender.send("https://hooks.example:" + receiver.port() + "/", "wh_1", BODY, SECRETS))
                .isEqualTo(new Delivery.Attempt(time.instant(), 200, ""));
        assertThat(receiver.request()).contains("Host: hooks.example:" + receiver.port() + "\r\n");
        assertThat(sender.send("https://other.example:" + receiver.port() + "/", "wh_1", BODY, SECRETS)
                        .error())
                .startsWith("the TLS handshake failed");
        assertThat(sender(LOCAL)
                        .send("https://hooks.example:" + receiver.port() + "/", "wh_1", BODY, SECRETS)
                        .error())
                .as("not trusted")
                .startsWith("the TLS handshake failed");
    }
}
