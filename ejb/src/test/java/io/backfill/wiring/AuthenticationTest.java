package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.k8s.TokenReviewConfig;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import io.backfill.tenants.auth.NoAuthenticator;
import io.backfill.tenants.oidc.OidcAuthenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which settings each mode needs, and their effect. */
class AuthenticationTest {
    private static final Credentials NOBODY =
            new Credentials(InetAddress.getLoopbackAddress(), name -> Optional.empty());

    private final AtomicReference<TokenReviewConfig> asked = new AtomicReference<>();
    private final Authenticator cluster = credentials -> new TenantId("of-the-cluster");

    private Authentication of(Map<Setting, String> settings) {
        return of(settings, Runnable::run);
    }

    private Authentication of(Map<Setting, String> settings, Executor executor) {
        return of(settings, executor, Optional.empty());
    }

    private Authentication of(Map<Setting, String> settings, Executor executor, Optional<Authenticator> alternative) {
        return Authentication.of(
                Settings.of(settings),
                new Authentication.Dependencies(
                        config -> {
                            asked.set(config);
                            return cluster;
                        },
                        executor,
                        new TimeAndIds(),
                        alternative));
    }

    @Test
    void anAlternativeShouldBeUsedOnlyIfItIsBothDeployedAndConfigured() {
        Authenticator house = credentials -> new TenantId("of-the-house");

        assertThat(of(Map.of(Setting.AUTH_MODE, "alternative"), Runnable::run, Optional.of(house))
                        .authenticator())
                .isSameAs(house);
        assertRefused(Map.of(Setting.AUTH_MODE, "alternative"), "backfill.auth.mode=alternative", "@Alternative");
        assertThatThrownBy(() -> of(Map.of(), Runnable::run, Optional.of(house)))
                .hasMessageContaining("set backfill.auth.mode=alternative, or remove its jar");
    }

    private static Map<Setting, String> oidc(Setting setting, String value) {
        Map<Setting, String> settings = new HashMap<>(Map.of(
                Setting.AUTH_MODE, "oidc",
                Setting.AUTH_OIDC_ISSUER, "https://login.example.com",
                Setting.AUTH_OIDC_AUDIENCE, "backfill"));
        settings.put(setting, value);
        return settings;
    }

    private void assertRefused(Map<Setting, String> settings, String... words) {
        assertThatThrownBy(() -> of(settings))
                .isInstanceOf(RuntimeException.class)
                .satisfies(refusal -> {
                    for (String word : words) {
                        assertThat(refusal).hasMessageContaining(word);
                    }
                });
    }

    @Test
    void nothingShouldBeNeededByDefault() {
        assertThat(of(Map.of()).authenticator()).isInstanceOf(NoAuthenticator.class);
        assertThat(asked).hasNullValue();
    }

    @Test
    void unknownModeShouldBeRefusedWithThoseThereAre() {
        assertRefused(
                Map.of(Setting.AUTH_MODE, "basic"),
                "backfill.auth.mode",
                "[none, api-keys, header, oidc, kubernetes, alternative]");
    }

    @Test
    void oidcShouldRefuseWhatItCannotUseByTheNameOfTheSetting(@TempDir Path folder) {
        assertRefused(oidc(Setting.AUTH_OIDC_ISSUER, ""), "backfill.auth.mode=oidc", "backfill.auth.oidc.issuer");
        assertRefused(oidc(Setting.AUTH_OIDC_ISSUER, "login.example.com"), "backfill.auth.oidc.issuer");
        assertThatThrownBy(() -> of(oidc(Setting.AUTH_OIDC_ISSUER, "https://me:s3c/ret@login")))
                .hasMessageContaining("//***@login")
                .hasMessageNotContaining("s3c");
        assertRefused(oidc(Setting.AUTH_OIDC_AUDIENCE, " , "), "backfill.auth.oidc.audience");
        assertRefused(oidc(Setting.AUTH_OIDC_JWKS_URI, "https://a b"), "backfill.auth.oidc.jwks-uri");
        assertRefused(oidc(Setting.AUTH_OIDC_JWKS_URI, "/keys"), "backfill.auth.oidc.jwks-uri");
        assertRefused(oidc(Setting.AUTH_OIDC_TENANT_CLAIM, "/a~"), "backfill.auth.oidc.tenant-claim");
        assertRefused(oidc(Setting.AUTH_OIDC_TENANT_CLAIM, ""), "backfill.auth.oidc.tenant-claim");
        assertRefused(oidc(Setting.AUTH_OIDC_REFRESH, "1s"), "backfill.auth.oidc.refresh");
        assertRefused(oidc(Setting.AUTH_OIDC_REFRESH, "soon"), "backfill.auth.oidc.refresh", "'soon'");
        assertRefused(oidc(Setting.AUTH_OIDC_OUTAGE, "5m"), "backfill.auth.oidc.outage");
        assertRefused(
                oidc(Setting.AUTH_OIDC_CA_FILE, folder.resolve("missing.pem").toString()),
                "backfill.auth.oidc.ca-file",
                "missing.pem");
    }

    @Test
    void reloadShouldFetchTheKeysWhereRequestsAreAnsweredAndNowhereElse() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        issuer.start();
        NodeThreads threads = new NodeThreads(System::nanoTime);
        try {
            String address = "http://127.0.0.1:" + issuer.getAddress().getPort();
            for (String role : List.of("processor", "api", "all")) {
                Map<Setting, String> settings = oidc(Setting.AUTH_OIDC_ISSUER, address);
                settings.put(Setting.ROLE, role);
                int before = requests.get();
                Authentication authentication = of(settings, threads.tasks());
                OidcAuthenticator tokens = (OidcAuthenticator) authentication.authenticator();

                authentication.reload().run();
                if (role.equals("processor")) {
                    assertThat(tokens.problem()).contains("not fetched yet");
                } else {
                    await().untilAsserted(() -> assertThat(tokens.problem())
                            .hasValueSatisfying(why -> assertThat(why).contains("status 404")));
                    assertThat(requests.get()).isEqualTo(before + 1);
                }
            }
        } finally {
            threads.stop();
            issuer.stop(0);
        }
    }

    @Test
    void kubernetesShouldAskTheClusterWithItsSettings() {
        Authentication authentication = of(Map.of(
                Setting.AUTH_MODE, "kubernetes",
                Setting.AUTH_KUBERNETES_TENANT, "service-account",
                Setting.AUTH_KUBERNETES_AUDIENCE, "backfill",
                Setting.AUTH_KUBERNETES_CACHE, "7s"));

        assertThat(authentication.authenticator()).isSameAs(cluster);
        assertThat(asked)
                .hasValue(new TokenReviewConfig(
                        TokenReviewConfig.Tenancy.SERVICE_ACCOUNT,
                        "backfill",
                        Duration.ofSeconds(7),
                        TokenReviewConfig.DEFAULT.refusedFor(),
                        TokenReviewConfig.DEFAULT.cached(),
                        TokenReviewConfig.DEFAULT.reviews()));
    }

    @Test
    void kubernetesWithoutAnAudienceShouldBeWarnedOf() {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger log = Logger.getLogger("io.backfill");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().equals(Level.WARNING)) {
                    warnings.add(entry.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            of(Map.of(Setting.AUTH_MODE, "kubernetes", Setting.AUTH_KUBERNETES_AUDIENCE, "backfill"));
            assertThat(warnings).isEmpty();
            of(Map.of(Setting.AUTH_MODE, "kubernetes", Setting.ROLE, "processor"));
            assertThat(warnings).isEmpty();
            of(Map.of(Setting.AUTH_MODE, "kubernetes"));
            assertThat(warnings).singleElement().asString().contains("BF000261", "backfill.auth.kubernetes.audience");
        } finally {
            log.removeHandler(handler);
        }
    }

    @Test
    void kubernetesShouldHaveTheDefaultsOfItsRecord() {
        of(Map.of(Setting.AUTH_MODE, "kubernetes"));

        assertThat(asked).hasValue(TokenReviewConfig.DEFAULT);
    }

    @Test
    void kubernetesShouldRefuseWhatItCannotUseByTheNameOfTheSetting() {
        for (Map.Entry<Setting, String> wrong : List.of(
                Map.entry(Setting.AUTH_KUBERNETES_TENANT, "pod"),
                Map.entry(Setting.AUTH_KUBERNETES_AUDIENCE, "a b"),
                Map.entry(Setting.AUTH_KUBERNETES_CACHE, "11m"))) {
            assertRefused(
                    Map.of(Setting.AUTH_MODE, "kubernetes", wrong.getKey(), wrong.getValue()),
                    wrong.getKey().key());
        }
    }

    @Test
    void kubernetesWithoutAClusterShouldBeRefused() {
        assertThatThrownBy(() -> Authentication.of(
                        Settings.of(Map.of(Setting.AUTH_MODE, "kubernetes")),
                        new Authentication.Dependencies(
                                config -> {
                                    throw new IllegalStateException("no pod here");
                                },
                                Runnable::run,
                                new TimeAndIds(),
                                Optional.empty())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("backfill.auth.mode=kubernetes")
                .hasMessageContaining("no pod here");
    }

    @Test
    void nodeThatAnswersNoRequestsShouldNotAskTheClusterNorLetAnybodyIn() {
        Authentication authentication = of(Map.of(Setting.AUTH_MODE, "kubernetes", Setting.ROLE, "processor"));

        assertThat(asked).hasNullValue();
        assertThatThrownBy(() -> authentication.authenticator().authenticate(NOBODY))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tokensShouldBeAskedFor() {
        assertThatThrownBy(() -> of(oidc(Setting.AUTH_OIDC_TENANT_CLAIM, "/kubernetes.io/namespace"))
                        .authenticator()
                        .authenticate(NOBODY))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NO_API_KEY));
    }
}
