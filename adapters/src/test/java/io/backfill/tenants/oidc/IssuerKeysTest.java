package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.TestIssuer.EC;
import static io.backfill.tenants.oidc.TestIssuer.OTHER_RSA;
import static io.backfill.tenants.oidc.TestIssuer.RSA;
import static io.backfill.tenants.oidc.TestIssuer.bearer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tls.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests where the keys come from, the effect of their rotation, and that an issuer that is slow or unavailable does no harm. */
@Timeout(60)
class IssuerKeysTest {
    private TestIssuer issuer;
    private OidcAuthenticator gateway;

    @BeforeEach
    void start() throws IOException {
        issuer = new TestIssuer(RSA.toPublicJWK());
        gateway = issuer.gateway();
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    /** Returns the tenant, or the code of the error. */
    private static String answer(OidcAuthenticator gateway, String token) {
        try {
            return gateway.authenticate(bearer(token)).value();
        } catch (BackfillException refusal) {
            return refusal.code().name();
        }
    }

    private String answer(JWK key) {
        return answer(gateway, issuer.token(key));
    }

    /** Advances the time and runs the background pass, and waits until the fetch that it starts has completed. */
    private void refreshAfter(Duration time) {
        int before = issuer.discoveries();
        issuer.time.advance(time);
        gateway.refreshIfDue();
        await().until(() -> issuer.discoveries() > before);
        await().untilAsserted(() -> assertThat(gateway.problem()).isEmpty());
    }

    @Test
    void keysShouldBeFetchedInTheBackground() {
        gateway.refreshIfDue();
        await().untilAsserted(() -> assertThat(gateway.problem()).isEmpty());

        for (int i = 0; i < 100; i++) {
            assertThat(answer(RSA)).isEqualTo("alice");
            gateway.refreshIfDue();
        }
        assertThat(issuer.keySets()).isEqualTo(1);
    }

    @Test
    void tokenOfANewKeyShouldBeTakenAtOnceAndOneOfARemovedKeyNotAfterTheNextRefresh() {
        assertThat(answer(RSA)).isEqualTo("alice");
        issuer.publish(RSA.toPublicJWK(), EC.toPublicJWK());
        issuer.time.advance(IssuerKeys.ON_DEMAND);

        assertThat(answer(EC)).isEqualTo("alice");
        assertThat(answer(RSA)).isEqualTo("alice");
        assertThat(issuer.keySets()).isEqualTo(2);

        issuer.publish(EC.toPublicJWK());
        assertThat(answer(RSA)).as("not yet known").isEqualTo("alice");
        refreshAfter(OidcConfig.DEFAULT_REFRESH);

        await().untilAsserted(() -> assertThat(answer(RSA)).isEqualTo("INVALID_API_KEY"));
        assertThat(answer(EC)).isEqualTo("alice");
    }

    @Test
    void keyThatWasReplacedUnderItsNameShouldBeRefused() {
        assertThat(answer(RSA)).isEqualTo("alice");
        issuer.publish(TestIssuer.ec("rsa", Curve.P_256).toPublicJWK(), OTHER_RSA.toPublicJWK());
        refreshAfter(OidcConfig.DEFAULT_REFRESH);

        await().untilAsserted(() -> assertThat(answer(RSA)).isEqualTo("INVALID_API_KEY"));
    }

    @Test
    void floodOfUnknownKeysShouldNotReachTheIssuer() throws Exception {
        assertThat(answer(RSA)).isEqualTo("alice");
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tokens.add(issuer.token(TestIssuer.ec("unknown-" + i, Curve.P_256)));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2000; i++) {
                String token = tokens.get(i % tokens.size());
                threads.execute(() -> answer(gateway, token));
            }
        }
        assertThat(issuer.keySets()).as("within 10 s of the first").isEqualTo(1);
        assertThat(answer(gateway, tokens.getFirst())).isEqualTo("INVALID_API_KEY");

        issuer.time.advance(IssuerKeys.ON_DEMAND);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2000; i++) {
                String token = tokens.get(i % tokens.size());
                threads.execute(() -> answer(gateway, token));
            }
        }
        assertThat(issuer.keySets()).isEqualTo(2);
        assertThat(answer(RSA)).isEqualTo("alice");
    }

    @Test
    void issuerThatIsAwayAtTheStartShouldMakeCallersComeBack() throws Exception {
        issuer.answerWith(503);

        assertThat(answer(RSA)).isEqualTo("UNAVAILABLE");
        assertThat(answer(RSA)).isEqualTo("UNAVAILABLE");
        assertThat(answer(OTHER_RSA)).isEqualTo("UNAVAILABLE");
        assertThat(issuer.discoveries()).as("not asked again for each of them").isEqualTo(1);
        assertThat(gateway.problem()).hasValueSatisfying(why -> assertThat(why).contains("status 503"));

        issuer.answerWith(200);
        refreshAfter(Duration.ofSeconds(1));

        assertThat(answer(RSA)).isEqualTo("alice");
    }

    @Test
    void pausesBetweenFailuresShouldGrowAndStayBounded() {
        issuer.answerWith(500);
        answer(RSA);
        int seconds = 0;
        while (seconds < 300) {
            issuer.time.advance(Duration.ofSeconds(1));
            seconds++;
            answer(RSA);
        }
        // after 1, 2, 4, 8 and 16 s, then every 30 s
        assertThat(issuer.discoveries()).isEqualTo(1 + 5 + (300 - 31) / 30);

        issuer.answerWith(200);
        issuer.time.advance(Duration.ofSeconds(30));
        assertThat(answer(RSA)).isEqualTo("alice");
    }

    @Test
    void nothingAtTheAddressShouldMakeCallersComeBack() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        OidcAuthenticator lost = issuer.gateway(config -> OidcConfig.of("http://127.0.0.1:" + port, "backfill"));

        assertThat(answer(lost, issuer.token(RSA))).isEqualTo("UNAVAILABLE");
        assertThat(lost.problem()).hasValueSatisfying(why -> assertThat(why).contains("ConnectException"));
    }

    @Test
    void keysShouldServeThroughAnOutageForItsTimeAndNoLonger() {
        assertThat(answer(RSA)).isEqualTo("alice");
        issuer.answerWith(502);
        issuer.time.advance(OidcConfig.DEFAULT_REFRESH);

        gateway.refreshIfDue();
        await().untilAsserted(() -> assertThat(gateway.problem()).isPresent());
        assertThat(answer(RSA)).isEqualTo("alice");
        assertThat(answer(EC)).as("may be a good one").isEqualTo("UNAVAILABLE");

        issuer.time.advance(OidcConfig.DEFAULT_OUTAGE.minus(OidcConfig.DEFAULT_REFRESH));
        assertThat(answer(RSA)).isEqualTo("alice");
        issuer.time.advance(Duration.ofSeconds(1));
        assertThat(answer(RSA)).isEqualTo("UNAVAILABLE");

        issuer.answerWith(200);
        issuer.time.advance(Duration.ofSeconds(30));
        assertThat(answer(RSA)).isEqualTo("alice");
        assertThat(gateway.problem()).isEmpty();
    }

    @Test
    void slowIssuerShouldNotDelayCallersWhoseKeyIsKnownNorHoldManyOfTheOthers() throws Exception {
        OidcAuthenticator patient = issuer.gateway(config -> TestIssuer.withTimeout(config, Duration.ofSeconds(30)));
        assertThat(answer(patient, issuer.token(RSA))).isEqualTo("alice");
        issuer.publish(RSA.toPublicJWK(), EC.toPublicJWK());
        issuer.time.advance(OidcConfig.DEFAULT_REFRESH);
        issuer.hang();
        String known = issuer.token(RSA);
        String unknown = issuer.token(EC);
        int callers = IssuerKeys.WAITING + 50;
        CountDownLatch turnedAway = new CountDownLatch(50);
        AtomicInteger answered = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> {
                            String answer = answer(patient, unknown);
                            answered.incrementAndGet();
                            turnedAway.countDown();
                            return answer;
                        },
                        threads));
            }
            assertThat(turnedAway.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(answered).hasValue(50);
            for (int i = 0; i < 100; i++) {
                assertThat(answer(patient, known)).isEqualTo("alice");
                patient.refreshIfDue();
            }
            assertThat(answered).as("nobody was waited for").hasValue(50);

            issuer.goOn();
            List<String> answers =
                    waiting.stream().map(CompletableFuture::join).sorted().toList();
            assertThat(answers).hasSize(callers);
            assertThat(answers.stream().filter("UNAVAILABLE"::equals)).hasSize(50);
            assertThat(answers.stream().filter("alice"::equals)).hasSize(IssuerKeys.WAITING);
        }
        assertThat(issuer.keySets()).isEqualTo(2);
    }

    @Test
    void issuerThatNeverAnswersShouldBeGivenUpAfterTheTimeOut() throws Exception {
        issuer.hang();
        OidcAuthenticator hasty = issuer.gateway(config -> TestIssuer.withTimeout(config, Duration.ofMillis(200)));
        String token = issuer.token(RSA);

        assertThat(answer(hasty, token)).isEqualTo("UNAVAILABLE");
        await().untilAsserted(() -> assertThat(hasty.problem())
                .hasValueSatisfying(why -> assertThat(why).containsAnyOf("did not answer", "timed out")));

        issuer.goOn();
        issuer.time.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(answer(hasty, token)).isEqualTo("alice"));
    }

    @Test
    void documentOfAnotherIssuerShouldNotBeBelieved() {
        issuer.state("https://other.example.com");

        assertThat(answer(RSA)).isEqualTo("UNAVAILABLE");
        assertThat(gateway.problem())
                .hasValueSatisfying(why -> assertThat(why).contains("is for issuer 'https://other.example.com'"));
        assertThat(issuer.keySets()).isZero();
    }

    @Test
    void redirectShouldNotBeFollowed() throws Exception {
        try (TestIssuer other = new TestIssuer(OTHER_RSA.toPublicJWK())) {
            issuer.redirectTo(other.address().replace("/realms/ml", "/keys"));

            assertThat(answer(OTHER_RSA)).isEqualTo("UNAVAILABLE");
            assertThat(other.keySets()).isZero();
            assertThat(gateway.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("status 302"));
        }
    }

    @Test
    void answersThatAreNoKeySetShouldBeToldToTheOperator() {
        String deep = "{\"keys\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        int tries = 0;
        for (String other :
                List.of("", "no", "[]", "{}", "{\"keys\":7}", "{\"keys\":[" + "{},".repeat(100) + "{}]}", deep)) {
            issuer.publishText(other);
            issuer.time.advance(Duration.ofSeconds(30));

            assertThat(answer(RSA))
                    .as(other.substring(0, Math.min(20, other.length())))
                    .isEqualTo("UNAVAILABLE");
            assertThat(gateway.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("/keys"));
            assertThat(issuer.keySets()).isEqualTo(++tries);
        }
    }

    @Test
    void endlessAnswerShouldNotBeReadToItsEnd() {
        issuer.publishText("{\"keys\":[]," + " ".repeat(600 * 1024) + "}");

        assertThat(answer(RSA)).isEqualTo("UNAVAILABLE");
        assertThat(gateway.problem()).hasValueSatisfying(why -> assertThat(why).contains("cannot be read"));
    }

    @Test
    void issuerThatTakesAllItsKeysBackShouldBeObeyed() {
        assertThat(answer(RSA)).isEqualTo("alice");
        issuer.publish();
        issuer.time.advance(OidcConfig.DEFAULT_REFRESH);
        gateway.refreshIfDue();

        await().untilAsserted(() -> assertThat(answer(RSA)).isEqualTo("UNAVAILABLE"));
        assertThat(gateway.problem()).hasValueSatisfying(why -> assertThat(why).contains("no key that can verify"));
    }

    @Test
    void nodeThatStopsShouldNotLeaveCallersWaiting() throws Exception {
        OidcAuthenticator stopping = new OidcAuthenticator(
                OidcConfig.of(issuer.address(), TestIssuer.AUDIENCE),
                task -> {
                    throw new RejectedExecutionException("stopped");
                },
                issuer.time,
                issuer.time);

        stopping.refreshIfDue();
        assertThat(answer(stopping, issuer.token(RSA))).isEqualTo("UNAVAILABLE");
    }

    private static TestIssuer encrypted(TestCertificates certificates) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.serverContext()));
        return new TestIssuer(server, "https", RSA.toPublicJWK());
    }

    private static OidcAuthenticator trusting(TestIssuer issuer, Path caFile) throws IOException {
        return issuer.gateway(config -> new OidcConfig(
                config.issuer(),
                config.audiences(),
                config.jwksUri(),
                Optional.of(caFile),
                config.tenantClaim(),
                config.refresh(),
                config.outage(),
                config.timeout()));
    }

    @Test
    void issuerWithACertificateOfItsOwnShouldBeTrustedByTheCaFileOnly(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder, "ip:127.0.0.1");
        try (TestIssuer encrypted = encrypted(certificates)) {
            OidcAuthenticator trusting = trusting(encrypted, certificates.file("ca.pem"));
            OidcAuthenticator ignorant = encrypted.gateway();

            assertThat(answer(trusting, encrypted.token(RSA))).isEqualTo("alice");
            assertThat(answer(ignorant, encrypted.token(RSA))).isEqualTo("UNAVAILABLE");
            assertThat(ignorant.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("SSLHandshake"));
        }
    }

    @Test
    void caFileThatWasRenewedShouldBeReadByTheNextFetch(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder, "ip:127.0.0.1");
        Path caFile = Files.copy(certificates.file("client.pem"), folder.resolve("renewed.pem"));
        try (TestIssuer encrypted = encrypted(certificates)) {
            OidcAuthenticator trusting = trusting(encrypted, caFile);
            assertThat(answer(trusting, encrypted.token(RSA))).isEqualTo("UNAVAILABLE");

            Files.writeString(caFile, "damaged");
            encrypted.time.advance(Duration.ofSeconds(30));
            assertThat(answer(trusting, encrypted.token(RSA))).isEqualTo("UNAVAILABLE");
            assertThat(trusting.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("renewed.pem contains no certificate"));

            Files.copy(certificates.file("ca.pem"), caFile, StandardCopyOption.REPLACE_EXISTING);
            encrypted.time.advance(Duration.ofSeconds(30));
            assertThat(answer(trusting, encrypted.token(RSA))).isEqualTo("alice");
        }
    }

    @Test
    void caFileThatCannotBeReadShouldBeRefusedAtTheStart(@TempDir Path folder) {
        assertThatThrownBy(() -> issuer.gateway(config -> new OidcConfig(
                        config.issuer(),
                        config.audiences(),
                        config.jwksUri(),
                        Optional.of(folder.resolve("missing.pem")),
                        config.tenantClaim(),
                        config.refresh(),
                        config.outage(),
                        config.timeout())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.pem");
    }

    @Test
    void unavailabilityShouldBeOneThatClientsTryAgain() {
        issuer.answerWith(500);

        assertThatThrownBy(() -> gateway.authenticate(bearer(issuer.token(RSA))))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("try again")
                .hasMessageNotContaining("127.0.0.1");
    }
}
