package io.backfill.dispatch.http;

import static io.backfill.dispatch.http.Calls.call;
import static io.backfill.dispatch.http.Calls.model;
import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.Calls.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests everything that can fail in a call: refusals, broken connections, time-outs, cuts. */
@Timeout(30)
class HttpFailuresTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    /** How much later than expected a call may end on a busy machine. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    private final ScriptedServer server = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private final Model model = model(server.uri());
    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final HttpDispatcher dispatcher = dispatcher(HttpConfig.DEFAULT);

    private HttpDispatcher dispatcher(HttpConfig config) {
        return new HttpDispatcher(config, timer, () -> Instant.EPOCH, System::nanoTime);
    }

    @AfterEach
    void close() {
        dispatcher.close();
        timer.shutdownNow();
        server.close();
    }

    @Test
    void dispatchShouldSayThatTheConnectionWasRefused() throws Exception {
        server.close();

        assertThat(call(dispatcher, request(model)))
                .isEqualTo(new Outcome.Unreachable("127.0.0.1:" + server.port() + " refused the connection", false));
    }

    @Test
    void dispatchShouldSayThatTheHostIsNotKnown() throws Exception {
        Model unknown = model(URI.create("http://no-such-host.invalid:9000"));

        assertThat(call(dispatcher, request(unknown)))
                .isEqualTo(new Outcome.Unreachable("the host name no-such-host.invalid cannot be resolved", false));
    }

    @Test
    void dispatchShouldSayThatItWasSentWhenTheConnectionIsReset() throws Exception {
        server.script((request, connection) -> {
            connection.reset();
            return false;
        });

        assertThat(call(dispatcher, request(model)))
                .isEqualTo(new Outcome.Unreachable("127.0.0.1:" + server.port() + " reset the connection", true));
    }

    @Test
    void dispatchShouldSayThatItWasSentWhenTheServerClosesWithoutAnAnswer() throws Exception {
        server.script((request, connection) -> false);

        assertThat(call(dispatcher, request(model)))
                .isEqualTo(new Outcome.Unreachable(
                        "127.0.0.1:" + server.port() + " closed the connection without an answer", true));
    }

    @Test
    void dispatchShouldNotTakeAnAnswerThatIsCutShort() throws Exception {
        for (String beginning : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":",
                "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n{\"a\":",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\":",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")) {
            server.script((request, connection) -> {
                connection.write(beginning);
                return false;
            });

            assertThat(call(dispatcher, request(model)))
                    .as(beginning)
                    .isEqualTo(new Outcome.Unreachable(
                            "127.0.0.1:" + server.port() + " closed the connection in the middle of its answer", true));
        }
    }

    @Test
    void dispatchShouldNotTakeAnAnswerWhoseBodyIsReset() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":");
            connection.reset();
            return false;
        });

        assertThat(call(dispatcher, request(model)))
                .isInstanceOfSatisfying(
                        Outcome.Unreachable.class,
                        unreachable -> assertThat(unreachable.sent()).isTrue());
    }

    @Test
    void dispatchShouldSayThatTheAnswerIsNoHttp() throws Exception {
        server.script((request, connection) -> {
            connection.write("SSH-2.0-OpenSSH_9.6\r\n");
            return false;
        });

        assertThat(call(dispatcher, request(model)))
                .isEqualTo(
                        new Outcome.Unreachable("127.0.0.1:" + server.port() + " did not answer in valid HTTP", true));
    }

    @Test
    void dispatchShouldNotTakeAnAnswerThatIsTooLarge() throws Exception {
        HttpDispatcher small = dispatcher(new HttpConfig(Duration.ofSeconds(1), 1024));
        for (String head : List.of("Content-Length: 1025", "Transfer-Encoding: chunked", "Connection: close")) {
            String body = head.startsWith("T") ? "401\r\n" + "x".repeat(1025) + "\r\n0\r\n\r\n" : "x".repeat(1025);
            server.script((request, connection) -> {
                connection.write("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n" + body);
                return false;
            });

            assertThat(call(small, request(model)))
                    .as(head)
                    .isEqualTo(new Outcome.AnswerTooLarge(
                            "the answer of 127.0.0.1:" + server.port() + " is larger than 1024 bytes"));
        }
    }

    @Test
    void dispatchShouldTakeAnAnswerThatIsJustSmallEnough() throws Exception {
        for (String head : List.of("Content-Length: 1024", "Connection: close")) {
            server.script((request, connection) -> {
                connection.write("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n" + "x".repeat(1024));
                return false;
            });

            // a new dispatcher, because the previous connection may still be in the process of closing
            try (HttpDispatcher small = dispatcher(new HttpConfig(Duration.ofSeconds(1), 1024))) {
                assertThat(call(small, request(model))).isInstanceOf(Outcome.Answered.class);
            }
        }
    }

    @Test
    void dispatchShouldNotTakeAnEndlessHead() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1000; i++) {
                connection.write("X-Filler-" + i + ": x\r\n");
            }
            return false;
        });

        assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Unreachable.class);
    }

    @Test
    void dispatchShouldTimeOutWhenTheBodyTrickles() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (true) {
                connection.write("x");
                connection.pause(20);
            }
        });

        assertTimesOut(request(model(SHORT, server.uri())));
    }

    @Test
    void dispatchShouldTimeOutWhenTheHeadTrickles() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nX: ");
            while (true) {
                connection.write("x");
                connection.pause(20);
            }
        });

        assertTimesOut(request(model(SHORT, server.uri())));
    }

    @Test
    void dispatchShouldTimeOutWhenTheServerDoesNotReadTheBody() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            Model model = model(SHORT, URI.create("http://127.0.0.1:" + deaf.getLocalPort()));

            assertTimesOut(request(model, "x".repeat(30 << 20), Map.of(), new AbortSignal(System::nanoTime)));
        }
    }

    private void assertTimesOut(ModelRequest request) throws Exception {
        long start = System.nanoTime();

        assertThat(call(dispatcher, request)).isInstanceOf(Outcome.TimedOut.class);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.plus(SLACK));
    }

    @Test
    void dispatchShouldGiveUpConnectingInTime() throws Exception {
        try (FullServer full = new FullServer()) {
            HttpDispatcher impatient = dispatcher(new HttpConfig(SHORT, 1024));
            long start = System.nanoTime();

            assertThat(call(impatient, request(model(full.uri()))))
                    .isEqualTo(new Outcome.Unreachable(full.address() + " did not accept a connection in time", false));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.plus(SLACK));
        }
    }

    @Test
    void dispatchShouldGiveUpATlsHandshakeInTime() throws Exception {
        HttpDispatcher impatient = dispatcher(new HttpConfig(SHORT, 1024));
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            URI uri = URI.create("https://127.0.0.1:" + silent.getLocalPort());

            assertThat(call(impatient, request(model(uri))))
                    .isEqualTo(new Outcome.Unreachable(
                            "127.0.0.1:" + silent.getLocalPort() + " did not accept a connection in time", false));
        }
    }

    @Test
    void dispatchShouldSayThatTheServerSpeaksNoTls() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
            return false;
        });
        URI uri = URI.create("https://127.0.0.1:" + server.port());

        assertThat(call(dispatcher, request(model(SHORT, uri))))
                .isInstanceOfSatisfying(
                        Outcome.Unreachable.class,
                        unreachable -> assertThat(unreachable.sent()).isFalse());
    }

    @Test
    void cutShouldEndACallWhileItConnects() throws Exception {
        try (FullServer full = new FullServer()) {
            assertCutEnds(model(full.uri()));
        }
    }

    @Test
    void cutShouldEndACallInTheTlsHandshake() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            AbortSignal abort = new AbortSignal(System::nanoTime);
            CompletableFuture<Outcome> outcome =
                    start(dispatcher, request(model(URI.create("https://127.0.0.1:" + silent.getLocalPort())), abort));
            try (Socket accepted = silent.accept()) {
                // the client has sent its hello and waits for that of the server
                assertThat(accepted.getInputStream().read()).isEqualTo(22);
                assertCutEnds(abort, outcome);
            }
        }
    }

    @Test
    void cutShouldEndACallThatWritesItsBody() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            AbortSignal abort = new AbortSignal(System::nanoTime);
            CompletableFuture<Outcome> outcome = start(
                    dispatcher,
                    request(
                            model(URI.create("http://127.0.0.1:" + deaf.getLocalPort())),
                            "x".repeat(30 << 20),
                            Map.of(),
                            abort));
            try (Socket accepted = deaf.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo('P');
                assertCutEnds(abort, outcome);
            }
        }
    }

    @Test
    void cutShouldEndEveryOpenCallOfTheBatchAndNoOther() throws Exception {
        server.script((request, connection) -> {
            connection.hang();
            return false;
        });
        AbortSignal abort = new AbortSignal(System::nanoTime);
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            outcomes.add(start(dispatcher, request(model, abort)));
        }
        CompletableFuture<Outcome> other = start(dispatcher, request(model, new AbortSignal(System::nanoTime)));
        server.awaitRequests(51);

        abort.trip(AbortCause.CANCEL);
        assertThat(outcomes).noneMatch(CompletableFuture::isDone);
        abort.cut();

        for (CompletableFuture<Outcome> outcome : outcomes) {
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        }
        assertThat(other).isNotDone();
    }

    @Test
    void cutShouldNotBreakAConnectionThatServesAnotherCall() throws Exception {
        AbortSignal abort = new AbortSignal(System::nanoTime);
        call(dispatcher, request(model, abort));

        abort.trip(AbortCause.CANCEL);
        abort.cut();

        assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Answered.class);
        assertThat(server.accepted()).isEqualTo(1);
    }

    private void assertCutEnds(Model model) throws Exception {
        AbortSignal abort = new AbortSignal(System::nanoTime);
        CompletableFuture<Outcome> outcome = start(dispatcher, request(model, abort));
        // the deadline is set right before the call connects
        Awaitility.await().until(() -> !timer.getQueue().isEmpty());
        assertCutEnds(abort, outcome);
    }

    private static void assertCutEnds(AbortSignal abort, CompletableFuture<Outcome> outcome) throws Exception {
        abort.trip(AbortCause.CANCEL);
        long start = System.nanoTime();
        abort.cut();

        assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    /** A server that listens, but whose queue of new connections is full, so that connecting never completes. */
    private static final class FullServer implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        private final List<Socket> filling = new ArrayList<>();

        FullServer() throws IOException {
            while (true) {
                Socket socket = new Socket();
                filling.add(socket);
                try {
                    socket.connect(new InetSocketAddress("127.0.0.1", server.getLocalPort()), 200);
                } catch (SocketTimeoutException e) {
                    return;
                }
            }
        }

        URI uri() {
            return URI.create("http://" + address());
        }

        String address() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }
}
