package io.backfill.tenants.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorsTest {
    private static final String KEY = "sk-abcdefghijklmnopxyz";

    @TempDir
    Path folder;

    private static Credentials from(String peer, String... headers) {
        Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < headers.length; i += 2) {
            byName.put(headers[i], headers[i + 1]);
        }
        return new Credentials(InetAddress.ofLiteral(peer), name -> Optional.ofNullable(byName.get(name)));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes("UTF-8")));
    }

    private ApiKeyAuthenticator keys(String... lines) throws IOException {
        return new ApiKeyAuthenticator(Files.write(folder.resolve("keys"), List.of(lines)));
    }

    private static void assertRefused(
            Authenticator authenticator, Credentials credentials, ErrorCode code, String say) {
        assertThatThrownBy(() -> authenticator.authenticate(credentials))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageStartingWith(say);
    }

    @Test
    void noAuthenticatorShouldTakeEverybodyForTheDefaultTenant() {
        assertThat(new NoAuthenticator().authenticate(from("10.0.0.1", "Authorization", "Bearer x")))
                .isEqualTo(TenantId.DEFAULT);
    }

    @Test
    void anEmptyFileShouldNotShutEverybodyOut() throws Exception {
        ApiKeyAuthenticator keys = keys("alice:" + sha256(KEY));

        Files.write(folder.resolve("keys"), List.of("", " "));
        keys.reloadIfChanged();
        assertThat(keys.problem()).hasValueSatisfying(why -> assertThat(why).contains("is empty"));
        assertThat(keys.authenticate(from("::1", "api-key", KEY))).hasToString("alice");

        Files.write(folder.resolve("keys"), List.of("# none at all, on purpose"));
        keys.reloadIfChanged();
        assertRefused(keys, from("::1", "api-key", KEY), ErrorCode.INVALID_API_KEY, "Incorrect API key");
        assertThatThrownBy(() -> keys("")).isInstanceOf(IOException.class).hasMessageContaining("is empty");
    }

    @Test
    void withoutKeysTheClientsOfThisMachineShouldBeOperators() {
        NoAuthenticator none = new NoAuthenticator();

        assertThat(none.isOperator(from("127.0.0.1"))).isTrue();
        assertThat(none.isOperator(from("::1"))).isTrue();
        assertThat(none.isOperator(from("192.0.2.7"))).isFalse();
        assertThat(none.isOperator(from("192.0.2.7", "X-Forwarded-For", "127.0.0.1")))
                .isFalse();
    }

    @Test
    void aKeyOfAnOperatorShouldBeMarkedInTheFile() throws Exception {
        ApiKeyAuthenticator keys = keys(
                "alice:" + sha256(KEY),
                "ops:" + sha256("operators key") + "  role: operator",
                "ops:sha256:00ff:" + sha256Salted("00ff", "salted key") + " role:operator");

        assertThat(keys.isOperator(from("::1", "api-key", KEY))).isFalse();
        assertThat(keys.isOperator(from("::1", "api-key", "operators key"))).isTrue();
        assertThat(keys.isOperator(from("::1", "api-key", "salted key"))).isTrue();
        assertThat(keys.authenticate(from("::1", "api-key", "salted key"))).hasToString("ops");
        assertThatThrownBy(() -> keys.isOperator(from("::1", "api-key", "another key")))
                .isInstanceOf(BackfillException.class);
        assertThatThrownBy(() -> keys("ops:" + sha256("x") + " role: owner")).hasMessageContaining("role: operator");
    }

    @Test
    void theProxyShouldNameOperatorsInAHeaderOfTheirOwn() {
        List<Cidr> proxy = List.of(Cidr.parse("10.0.0.0/8"));
        HeaderAuthenticator named = new HeaderAuthenticator("X-Tenant", proxy, Optional.of("X-Operator"));

        assertThat(named.isOperator(from("10.1.2.3", "X-Tenant", "ops", "X-Operator", "true")))
                .isTrue();
        assertThat(named.isOperator(from("10.1.2.3", "X-Tenant", "ops"))).isFalse();
        assertThat(named.isOperator(from("10.1.2.3", "X-Tenant", "ops", "X-Operator", "false")))
                .isFalse();
        assertThat(named.isOperator(from("10.1.2.3", "X-Tenant", "ops", "X-Operator", "true, true")))
                .as("one of the two may be the client's")
                .isFalse();
        assertThat(named.isOperator(from("192.0.2.7", "X-Tenant", "ops", "X-Operator", "true")))
                .isFalse();
        assertThat(new HeaderAuthenticator("X-Tenant", proxy)
                        .isOperator(from("10.1.2.3", "X-Tenant", "ops", "X-Operator", "true")))
                .as("no header is configured")
                .isFalse();
    }

    @Test
    void apiKeyShouldTellTheTenant() throws Exception {
        ApiKeyAuthenticator keys = keys(
                "# ours",
                "",
                "alice:" + sha256(KEY),
                " bob : " + sha256("bobs key").toUpperCase(Locale.ROOT),
                "carol:sha256:00ff:" + sha256Salted("00ff", "carols key"),
                "alice:" + sha256("her second"));

        assertThat(keys.authenticate(from("::1", "authorization", "Bearer " + KEY)))
                .hasToString("alice");
        assertThat(keys.authenticate(from("::1", "Authorization", "bearer her second")))
                .hasToString("alice");
        assertThat(keys.authenticate(from("::1", "api-key", "bobs key"))).hasToString("bob");
        assertThat(keys.authenticate(from("::1", "Authorization", "Bearer  carols key ")))
                .hasToString("carol");
    }

    private static String sha256Salted(String salt, String key) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(HexFormat.of().parseHex(salt));
        return HexFormat.of().formatHex(sha256.digest(key.getBytes("UTF-8")));
    }

    @Test
    void missingKeyShouldBeRefusedInTheWordsClientsKnow() throws Exception {
        ApiKeyAuthenticator keys = keys("alice:" + sha256(KEY));
        String say = "You didn't provide an API key. You need to provide your API key in an Authorization header using"
                + " Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";

        assertRefused(keys, from("::1"), ErrorCode.NO_API_KEY, say);
        assertRefused(keys, from("::1", "Authorization", "Basic abc"), ErrorCode.NO_API_KEY, say);
        assertRefused(keys, from("::1", "Authorization", "Bearer "), ErrorCode.NO_API_KEY, say);
    }

    @Test
    void wrongKeyShouldBeRefusedWithoutShowingIt() throws Exception {
        ApiKeyAuthenticator keys = keys("alice:" + sha256(KEY));

        assertRefused(
                keys,
                from("::1", "Authorization", "Bearer sk-abcdefghijklmnopqrstuv"),
                ErrorCode.INVALID_API_KEY,
                "Incorrect API key provided: sk-ab***tuv. ");
        assertRefused(
                keys,
                from("::1", "Authorization", "Bearer sk-short"),
                ErrorCode.INVALID_API_KEY,
                "Incorrect API key provided: ***. ");
        assertRefused(keys, from("::1", "api-key", sha256(KEY)), ErrorCode.INVALID_API_KEY, "Incorrect API key");
    }

    @Test
    void emptyKeyFileShouldRefuseEverybody() throws Exception {
        assertRefused(keys("#"), from("::1", "api-key", KEY), ErrorCode.INVALID_API_KEY, "Incorrect API key");
    }

    @Test
    void constructorShouldNameTheBadLineAndNotShowIt() throws Exception {
        for (String bad : List.of(
                "secret",
                "alice:secret",
                "alice:" + sha256(KEY) + "00",
                "alice:md5:00:" + sha256(KEY),
                "alice:sha256::" + sha256(KEY),
                ":" + sha256(KEY),
                "a b:" + sha256(KEY))) {
            assertThatThrownBy(() -> keys("# first", bad))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() -> new ApiKeyAuthenticator(folder.resolve("missing")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void reloadShouldTakeNewKeysAndKeepTheOldOnesWhenTheEditIsBad() throws Exception {
        ApiKeyAuthenticator keys = keys("alice:" + sha256(KEY));
        Credentials shown = from("::1", "api-key", KEY);
        assertThat(keys.reloadIfChanged()).isFalse();

        Files.writeString(folder.resolve("keys"), "bad");
        assertThat(keys.reloadIfChanged()).isFalse();
        assertThat(keys.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("line 1"));
        assertThat(keys.authenticate(shown)).hasToString("alice");

        Files.writeString(folder.resolve("keys"), "bob:" + sha256(KEY));
        assertThat(keys.reloadIfChanged()).isTrue();
        assertThat(keys.problem()).isEmpty();
        assertThat(keys.authenticate(shown)).hasToString("bob");
    }

    @Test
    void headerShouldTellTheTenantWhenTheProxySetIt() {
        HeaderAuthenticator header = new HeaderAuthenticator("X-Tenant", List.of(Cidr.parse("10.0.0.0/8")));

        assertThat(header.authenticate(from("10.1.1.1", "x-tenant", " alice "))).hasToString("alice");
    }

    @Test
    void headerShouldBeRefusedFromElsewhereOrWhenItIsMissingOrNoTenant() {
        HeaderAuthenticator header = new HeaderAuthenticator("X-Tenant", List.of(Cidr.parse("10.0.0.0/8")));

        assertRefused(header, from("192.0.2.1", "X-Tenant", "alice"), ErrorCode.NO_API_KEY, "This gateway accepts");
        assertRefused(header, from("10.1.1.1"), ErrorCode.NO_API_KEY, "The proxy");
        assertRefused(header, from("10.1.1.1", "X-Tenant", " "), ErrorCode.NO_API_KEY, "The proxy");
        assertRefused(header, from("10.1.1.1", "X-Tenant", "a b"), ErrorCode.INVALID_API_KEY, "The proxy");
        assertRefused(header, from("10.1.1.1", "X-Tenant", "mallory, alice"), ErrorCode.INVALID_API_KEY, "The proxy");
    }

    @Test
    void headerAuthenticatorShouldNotBeMadeWithoutATrustedProxy() {
        assertThatThrownBy(() -> new HeaderAuthenticator("X-Tenant", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HeaderAuthenticator(" ", List.of(Cidr.parse("::1"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
