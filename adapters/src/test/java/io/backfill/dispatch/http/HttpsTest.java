package io.backfill.dispatch.http;

import static io.backfill.dispatch.http.Calls.call;
import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.Calls.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import io.backfill.tls.TestCertificates;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests models that use TLS with certificates of a private CA. */
@Timeout(60)
class HttpsTest {
    @TempDir
    static Path folder;

    private static TestCertificates certificates;
    private static TestCertificates others;

    @TempDir
    Path ownFolder;

    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final HttpDispatcher dispatcher =
            new HttpDispatcher(HttpConfig.DEFAULT, timer, () -> Instant.EPOCH, System::nanoTime);

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(Files.createDirectory(folder.resolve("ours")), "ip:127.0.0.1");
        others = new TestCertificates(Files.createDirectory(folder.resolve("others")), "dns:other.example");
    }

    @AfterEach
    void close() {
        dispatcher.close();
        timer.shutdownNow();
    }

    private static Model model(URI replica, Duration timeout, Model.Tls tls) {
        return new Model(
                "m",
                List.of(replica),
                4,
                timeout,
                RetryPolicy.DEFAULT,
                Optional.empty(),
                false,
                Map.of(),
                Optional.of(tls),
                ModelTuning.DEFAULT);
    }

    private static Model model(URI replica, Model.Tls tls) {
        return model(replica, Duration.ofSeconds(20), tls);
    }

    private static Model.Tls trusting(TestCertificates whose) {
        return Model.Tls.trusting(Optional.of(whose.file("ca.pem")));
    }

    private static Model.Tls withClientCertificate(TestCertificates whose) {
        return new Model.Tls(
                Optional.of(certificates.file("ca.pem")),
                Optional.of(whose.file("client.pem")),
                Optional.of(whose.file("client.key")),
                Optional.empty());
    }

    private static ScriptedServer server(TestCertificates whose, boolean wantsClient, ScriptedServer.Script script)
            throws Exception {
        return new ScriptedServer(whose.serverSockets(wantsClient), "https", script);
    }

    @Test
    void dispatchShouldTrustTheConfiguredCaAndKeepTheConnection() throws Exception {
        String large = "{\"x\":\"" + "y".repeat(300_000) + "\"}";
        try (ScriptedServer server = server(certificates, false, ScriptedServer.json(200, large))) {
            for (int i = 0; i < 3; i++) {
                assertThat(call(dispatcher, request(model(server.uri(), trusting(certificates)))))
                        .asInstanceOf(InstanceOfAssertFactories.type(Outcome.Answered.class))
                        .satisfies(answered ->
                                assertThat(answered.answer().bytes()).asString().isEqualTo(large));
            }

            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void dispatchShouldNoticeThatTheServerClosedAnIdleTlsConnection() throws Exception {
        try (ScriptedServer server = server(certificates, false, (request, connection) -> {
            connection.write(ScriptedServer.answer(200, "application/json", "{}"));
            return false;
        })) {
            for (int i = 0; i < 5; i++) {
                assertThat(call(dispatcher, request(model(server.uri(), trusting(certificates)))))
                        .isInstanceOf(Outcome.Answered.class);
                server.awaitClosed(i + 1);
            }
        }
    }

    @Test
    void dispatchShouldNotTrustAnotherCa() throws Exception {
        try (ScriptedServer server = server(certificates, false, ScriptedServer.json(200, "{}"))) {
            assertThat(call(dispatcher, request(model(server.uri(), trusting(others)))))
                    .isEqualTo(new Outcome.Unreachable(
                            "TLS with 127.0.0.1:" + server.port() + " failed: its certificate is not trusted", false));
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void dispatchShouldNotTakeACertificateForAnotherHost() throws Exception {
        try (ScriptedServer server = server(others, false, ScriptedServer.json(200, "{}"))) {
            assertThat(call(dispatcher, request(model(server.uri(), trusting(others)))))
                    .isEqualTo(new Outcome.Unreachable(
                            "TLS with 127.0.0.1:" + server.port() + " failed: its certificate is not for this host",
                            false));
        }
    }

    @Test
    void dispatchShouldShowTheClientCertificate() throws Exception {
        try (ScriptedServer server = server(certificates, true, ScriptedServer.json(200, "{}"))) {
            assertThat(call(dispatcher, request(model(server.uri(), withClientCertificate(certificates)))))
                    .isInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    void dispatchShouldSayThatTheClientCertificateIsNotTaken() throws Exception {
        try (ScriptedServer server = server(certificates, true, ScriptedServer.json(200, "{}"))) {
            for (Model.Tls tls : List.of(trusting(certificates), withClientCertificate(others))) {
                assertThat(call(dispatcher, request(model(server.uri(), tls))))
                        .isInstanceOfSatisfying(
                                Outcome.Unreachable.class,
                                unreachable -> assertThat(unreachable.reason()).doesNotContain("Exception"));
            }
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void cutAndTimeOutShouldEndATlsCallThatHangs() throws Exception {
        try (ScriptedServer server = server(certificates, false, (request, connection) -> {
            connection.hang();
            return false;
        })) {
            AbortSignal abort = new AbortSignal(System::nanoTime);
            CompletableFuture<Outcome> cut =
                    start(dispatcher, request(model(server.uri(), trusting(certificates)), abort));
            server.awaitRequests(1);
            abort.trip(AbortCause.CANCEL);
            abort.cut();

            assertThat(cut.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
            assertThat(call(dispatcher, request(model(server.uri(), Duration.ofSeconds(2), trusting(certificates)))))
                    .isInstanceOf(Outcome.TimedOut.class);
        }
    }

    @Test
    void cutShouldEndATlsCallThatWritesItsBody() throws Exception {
        try (ScriptedServer server = server(certificates, false, ScriptedServer.json(200, "{}"))) {
            // the server reads the head of the request, and then hardly anything
            server.stopReadingBodies();
            AbortSignal abort = new AbortSignal(System::nanoTime);
            CompletableFuture<Outcome> outcome = start(
                    dispatcher,
                    request(model(server.uri(), trusting(certificates)), "x".repeat(30 << 20), Map.of(), abort));
            server.awaitHeads(1);
            abort.trip(AbortCause.CANCEL);
            abort.cut();

            assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        }
    }

    @Test
    void maintainShouldReadCertificatesThatChanged() throws Exception {
        Path ca = Files.copy(others.file("ca.pem"), ownFolder.resolve("ca.pem"));
        try (ScriptedServer server = server(certificates, false, ScriptedServer.json(200, "{}"))) {
            Model model = model(server.uri(), Model.Tls.trusting(Optional.of(ca)));
            assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Unreachable.class);

            Files.copy(certificates.file("ca.pem"), ca, StandardCopyOption.REPLACE_EXISTING);
            dispatcher.maintain();

            assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    void maintainShouldReadAClientCertificateThatWasRenewed() throws Exception {
        Path cert = Files.copy(others.file("client.pem"), ownFolder.resolve("client.pem"));
        Path key = Files.copy(others.file("client.key"), ownFolder.resolve("client.key"));
        try (ScriptedServer server = server(certificates, true, ScriptedServer.json(200, "{}"))) {
            Model model = model(
                    server.uri(),
                    new Model.Tls(
                            Optional.of(certificates.file("ca.pem")),
                            Optional.of(cert),
                            Optional.of(key),
                            Optional.empty()));
            assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Unreachable.class);

            Files.copy(certificates.file("client.pem"), cert, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(certificates.file("client.key"), key, StandardCopyOption.REPLACE_EXISTING);
            dispatcher.maintain();

            assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Answered.class);
        }
    }
}
