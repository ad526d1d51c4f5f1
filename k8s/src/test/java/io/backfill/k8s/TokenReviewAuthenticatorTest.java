package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.k8s.TokenReviewConfig.Tenancy;
import io.backfill.k8s.fake.FakeCluster;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Caller;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SettableTime;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenReviewAuthenticatorTest {
    private static final String ALICE = "eyJ.alice.sig";
    private static final String ACCOUNT = "system:serviceaccount:team-a:runner";

    private final SettableTime time = SettableTime.standing();

    @TempDir
    private Path folder;

    private FakeCluster cluster;
    private KubernetesCluster connection;

    @BeforeEach
    void start() {
        cluster = new FakeCluster(folder);
        connection = KubernetesCluster.connect(new ApiConfig(
                Optional.of(cluster.api()),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                1,
                Duration.ofMinutes(2),
                Duration.ofSeconds(15)));
        cluster.token(ALICE, ACCOUNT, "https://kubernetes.default.svc", "backfill");
    }

    @AfterEach
    void stop() {
        connection.close();
        cluster.close();
    }

    @Test
    void tenantShouldBeTheNamespaceOrTheServiceAccount() {
        assertThat(authenticator(Tenancy.NAMESPACE, "").authenticate(bearer(ALICE)))
                .isEqualTo(new TenantId("team-a"));
        assertThat(authenticator(Tenancy.SERVICE_ACCOUNT, "").authenticate(bearer(ALICE)))
                .isEqualTo(new TenantId("team-a/runner"));
    }

    @Test
    void audienceShouldBeAskedForAndHeldAgainstTheAnswer() {
        assertThat(authenticator(Tenancy.NAMESPACE, "backfill").authenticate(bearer(ALICE)))
                .isEqualTo(new TenantId("team-a"));
        assertRefused(authenticator(Tenancy.NAMESPACE, "another"), ALICE, ErrorCode.INVALID_API_KEY);
    }

    @Test
    void yesOfAClusterThatKnowsNoAudiencesShouldNotCount() {
        cluster.token("eyJ.old.sig", ACCOUNT);

        assertRefused(authenticator(Tenancy.NAMESPACE, "backfill"), "eyJ.old.sig", ErrorCode.INVALID_API_KEY);
    }

    @Test
    void requestWithoutTokenShouldBeToldHowToSendOne() {
        Authenticator authenticator = authenticator(Tenancy.NAMESPACE, "");

        assertThatThrownBy(() -> authenticator.authenticate(header("Basic YTpi")))
                .isInstanceOfSatisfying(BackfillException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.NO_API_KEY);
                    assertThat(e).hasMessageContaining("Authorization: Bearer");
                });
        assertThat(reviews()).isZero();
    }

    @Test
    void unknownTokensAndUsersThatAreNoServiceAccountsShouldBeRefusedWithoutRepeatingTheToken() {
        cluster.token("eyJ.admin.sig", "kubernetes-admin");
        cluster.token("eyJ.node.sig", "system:node:worker-1");
        Authenticator authenticator = authenticator(Tenancy.NAMESPACE, "");

        assertRefused(authenticator, "eyJ.admin.sig", ErrorCode.INVALID_API_KEY);
        assertRefused(authenticator, "eyJ.node.sig", ErrorCode.INVALID_API_KEY);
        assertRefused(authenticator, "eyJ.nobody.sig", ErrorCode.INVALID_API_KEY);
    }

    @Test
    void tokenThatCanBeNoneShouldNotBeAskedAbout() {
        Authenticator authenticator = authenticator(Tenancy.NAMESPACE, "");

        assertRefused(authenticator, "x".repeat(20_000), ErrorCode.INVALID_API_KEY);
        assertRefused(authenticator, "a b", ErrorCode.INVALID_API_KEY);
        assertThat(reviews()).isZero();
    }

    @Test
    void answersShouldBeKeptForAShortTimeRefusalsForAShorterOne() {
        Authenticator authenticator = authenticator(Tenancy.NAMESPACE, "");
        authenticator.authenticate(bearer(ALICE));
        assertRefused(authenticator, "eyJ.late.sig", ErrorCode.INVALID_API_KEY);
        assertThat(reviews()).isEqualTo(2);
        cluster.forgetToken(ALICE);
        cluster.token("eyJ.late.sig", ACCOUNT);

        time.advance(Duration.ofSeconds(9));
        authenticator.authenticate(bearer(ALICE));
        assertRefused(authenticator, "eyJ.late.sig", ErrorCode.INVALID_API_KEY);
        assertThat(reviews()).isEqualTo(2);

        time.advance(Duration.ofSeconds(2));
        assertThat(authenticator.authenticate(bearer("eyJ.late.sig"))).isEqualTo(new TenantId("team-a"));
        authenticator.authenticate(bearer(ALICE));
        assertThat(reviews()).isEqualTo(3);

        time.advance(Duration.ofSeconds(50));
        assertRefused(authenticator, ALICE, ErrorCode.INVALID_API_KEY);
    }

    @Test
    void knownCallersShouldGoOnWhileTheClusterIsAwayAndOthersBeAskedToComeBack() {
        Authenticator authenticator = authenticator(Tenancy.NAMESPACE, "");
        authenticator.authenticate(bearer(ALICE));

        cluster.failApi(500);
        assertThat(authenticator.authenticate(bearer(ALICE))).isEqualTo(new TenantId("team-a"));
        assertRefused(authenticator, "eyJ.bob.sig", ErrorCode.UNAVAILABLE);
        cluster.failApi(0);
        cluster.cutApi();
        assertRefused(authenticator, "eyJ.bob.sig", ErrorCode.UNAVAILABLE);
        cluster.restoreApi();
        cluster.token("eyJ.bob.sig", "system:serviceaccount:team-b:bob");

        assertThat(authenticator.authenticate(bearer("eyJ.bob.sig"))).isEqualTo(new TenantId("team-b"));
    }

    @Test
    void noMoreTokensThanAllowedShouldBeKept() {
        List<String> asked = new ArrayList<>();
        TokenReviewConfig config =
                new TokenReviewConfig(Tenancy.NAMESPACE, "", Duration.ofSeconds(60), Duration.ofSeconds(10), 2, 16);
        Authenticator authenticator = new TokenReviewAuthenticator(
                config,
                token -> {
                    asked.add(token);
                    return Optional.of(ACCOUNT);
                },
                time);
        for (String token : List.of("a", "b", "a", "c", "a", "b")) {
            authenticator.authenticate(bearer(token));
        }

        assertThat(asked).containsExactly("a", "b", "c", "b");
    }

    @Test
    void crowdShouldBeAskedToComeBackInsteadOfWaiting() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        TokenReviewConfig config =
                new TokenReviewConfig(Tenancy.NAMESPACE, "", Duration.ofSeconds(60), Duration.ofSeconds(10), 100, 1);
        Authenticator authenticator = new TokenReviewAuthenticator(
                config,
                token -> {
                    asked.countDown();
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Optional.of(ACCOUNT);
                },
                time);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<TenantId> first = threads.submit(() -> authenticator.authenticate(bearer("a")));
            asked.await();
            assertRefused(authenticator, "eyJ.b.sig", ErrorCode.UNAVAILABLE);
            answer.countDown();
            assertThat(first.get()).isEqualTo(new TenantId("team-a"));
        }
        assertThat(authenticator.authenticate(bearer("eyJ.b.sig"))).isEqualTo(new TenantId("team-a"));
    }

    @Test
    void listedServiceAccountsShouldBeOperators() {
        TokenReviewConfig config = TokenReviewConfig.DEFAULT;
        Authenticator listed = connection.authenticator(config.withOperators(List.of("team-a/runner")), time);
        Authenticator other =
                connection.authenticator(config.withOperators(List.of("team-a/run", "team-b/runner")), time);

        assertThat(listed.isOperator(bearer(ALICE))).isTrue();
        assertThat(listed.authenticate(bearer(ALICE))).isEqualTo(new TenantId("team-a"));
        assertThat(other.isOperator(bearer(ALICE))).isFalse();
        Caller caller = listed.caller(bearer(ALICE));
        connection.close();
        time.advance(config.cacheFor());
        assertThat(caller.tenant()).isEqualTo(new TenantId("team-a"));
        assertThat(caller.operator().getAsBoolean())
                .as("known from the same review")
                .isTrue();
        assertThatThrownBy(() -> config.withOperators(List.of("runner")))
                .hasMessageContaining("backfill.auth.operators");
    }

    private Authenticator authenticator(Tenancy tenancy, String audience) {
        return connection.authenticator(
                new TokenReviewConfig(tenancy, audience, Duration.ofSeconds(60), Duration.ofSeconds(10), 100, 4), time);
    }

    private long reviews() {
        return cluster.requests().stream()
                .filter(request -> request.contains("/tokenreviews"))
                .count();
    }

    private static void assertRefused(Authenticator authenticator, String token, ErrorCode code) {
        assertThatThrownBy(() -> authenticator.authenticate(bearer(token)))
                .isInstanceOfSatisfying(BackfillException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(String.valueOf(e.getMessage())).doesNotContain(token);
                });
    }

    private static Credentials bearer(String token) {
        return header("Bearer " + token);
    }

    private static Credentials header(String authorization) {
        return new Credentials(
                InetAddress.getLoopbackAddress(),
                name -> name.equalsIgnoreCase("authorization") ? Optional.of(authorization) : Optional.empty());
    }
}
