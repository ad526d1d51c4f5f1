package io.backfill.tenants.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OidcConfigTest {
    private static OidcConfig of(
            String issuer, List<String> audiences, Optional<URI> keys, Duration refresh, Duration outage) {
        return new OidcConfig(
                issuer,
                audiences,
                keys,
                Optional.empty(),
                TenantClaim.parse("sub"),
                refresh,
                outage,
                OidcConfig.DEFAULT_TIMEOUT);
    }

    private static OidcConfig times(Duration refresh, Duration outage) {
        return of("https://login.example.com", List.of("backfill"), Optional.empty(), refresh, outage);
    }

    @ParameterizedTest
    @CsvSource({
        "https://login.example.com, https://login.example.com/.well-known/openid-configuration",
        "https://login.example.com/, https://login.example.com/.well-known/openid-configuration",
        "http://dex.auth.svc:5556/dex, http://dex.auth.svc:5556/dex/.well-known/openid-configuration"
    })
    void discoveryDocumentShouldBeBelowTheIssuer(String issuer, String document) {
        assertThat(OidcConfig.of(issuer, "backfill").discovery()).hasToString(document);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "login.example.com",
                "ftp://login.example.com",
                "https://",
                "https://user:secret@login.example.com",
                "https://login.example.com?x=1",
                "https://login.example.com#x",
                "https://login example.com"
            })
    void addressThatIsNoneShouldBeRefused(String issuer) {
        assertThatThrownBy(() -> OidcConfig.of(issuer, "backfill"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.auth.oidc.issuer");
    }

    @Test
    void everythingElseShouldBeRefusedByTheNameOfItsSetting() {
        Duration refresh = OidcConfig.DEFAULT_REFRESH;
        Duration outage = OidcConfig.DEFAULT_OUTAGE;

        assertThatThrownBy(() -> of("https://a.example", List.of(), Optional.empty(), refresh, outage))
                .hasMessageContaining("backfill.auth.oidc.audience");
        assertThatThrownBy(() -> of(
                        "https://a.example",
                        List.of("backfill"),
                        Optional.of(URI.create("file:///etc/keys")),
                        refresh,
                        outage))
                .hasMessageContaining("backfill.auth.oidc.jwks-uri");
        for (Duration wrong : List.of(Duration.ofSeconds(9), Duration.ofHours(1).plusMillis(1))) {
            assertThatThrownBy(() -> times(wrong, outage)).hasMessageContaining("backfill.auth.oidc.refresh");
        }
        for (Duration wrong : List.of(refresh, Duration.ofDays(8))) {
            assertThatThrownBy(() -> times(refresh, wrong)).hasMessageContaining("backfill.auth.oidc.outage");
        }
    }

    @Test
    void claimShouldBeFoundByNameOrByPointer() {
        Map<String, Object> claims = Map.of(
                "sub", "alice",
                "a/b", Map.of("c~d", "deep"),
                "kubernetes.io", Map.of("namespace", "team-a"),
                "list", List.of("first"));

        assertThat(TenantClaim.parse("sub").in(claims)).contains("alice");
        assertThat(TenantClaim.parse("/sub").in(claims)).contains("alice");
        assertThat(TenantClaim.parse("/kubernetes.io/namespace").in(claims)).contains("team-a");
        assertThat(TenantClaim.parse("/a~1b/c~0d").in(claims)).contains("deep");
        for (String other :
                List.of("nobody", "/kubernetes.io", "/kubernetes.io/pod", "/sub/x", "/list/0", "/", "list")) {
            assertThat(TenantClaim.parse(other).in(claims)).as(other).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub", "/a~1b/c~0d", "https://example.com/team", "/~1name", "/"})
    void claimShouldBeShownAsItIsConfigured(String text) {
        assertThat(TenantClaim.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "/a~", "/a~2b"})
    void claimThatIsNoneShouldBeRefused(String text) {
        assertThatThrownBy(() -> TenantClaim.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
