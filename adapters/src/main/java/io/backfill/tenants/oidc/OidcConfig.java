package io.backfill.tenants.oidc;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Configuration for identifying tenants by the tokens of an OpenID Connect issuer ({@code backfill.auth.mode=oidc}).
 *
 * @param issuer {@code backfill.auth.oidc.issuer}: an http or https address, which must be identical to a token's {@code iss}
 * @param audiences {@code backfill.auth.oidc.audience}: a token's {@code aud} must contain one of them
 * @param jwksUri {@code backfill.auth.oidc.jwks-uri}: address of the issuer's keys; if empty, taken from its discovery document
 * @param caFile {@code backfill.auth.oidc.ca-file}: the only trusted CAs, in PEM format; if empty, those of the platform
 * @param tenantClaim {@code backfill.auth.oidc.tenant-claim}: the claim that names the tenant; default {@code sub}
 * @param refresh {@code backfill.auth.oidc.refresh}: interval between fetches of the keys; default 5 min
 * @param outage {@code backfill.auth.oidc.outage}: how long keys stay in effect while new ones cannot be fetched; default 4 h
 * @param timeout time-out of each call to the issuer, and of a request that waits for one; default 5 s
 */
public record OidcConfig(
        String issuer,
        List<String> audiences,
        Optional<URI> jwksUri,
        Optional<Path> caFile,
        TenantClaim tenantClaim,
        Duration refresh,
        Duration outage,
        Duration timeout) {
    public static final Duration DEFAULT_REFRESH = Duration.ofMinutes(5);
    public static final Duration DEFAULT_OUTAGE = Duration.ofHours(4);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(10);
    private static final Duration LONGEST_REFRESH = Duration.ofHours(1);
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(7);

    public OidcConfig {
        audiences = List.copyOf(audiences);
        URI address = address("backfill.auth.oidc.issuer", issuer);
        if (address.getRawQuery() != null) {
            throw new IllegalArgumentException("backfill.auth.oidc.issuer must not have a query: '" + issuer + "'");
        }
        jwksUri.ifPresent(uri -> address("backfill.auth.oidc.jwks-uri", uri.toString()));
        if (audiences.isEmpty()) {
            throw new IllegalArgumentException(
                    "backfill.auth.oidc.audience must name the audience of tokens for this gateway; without it, tokens"
                            + " for other services of the issuer would be accepted");
        }
        if (refresh.compareTo(SHORTEST_REFRESH) < 0 || refresh.compareTo(LONGEST_REFRESH) > 0) {
            throw new IllegalArgumentException("backfill.auth.oidc.refresh must be between 10s and 1h, not " + refresh);
        }
        if (outage.compareTo(refresh.multipliedBy(2)) < 0 || outage.compareTo(LONGEST_OUTAGE) > 0) {
            throw new IllegalArgumentException(
                    "backfill.auth.oidc.outage must be at least twice backfill.auth.oidc.refresh (" + refresh
                            + ") and at most 7d, not " + outage);
        }
        if (timeout.compareTo(Duration.ofMillis(100)) < 0 || timeout.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException(
                    "the time-out of a call to the issuer must be between 100 ms and 30 s, not " + timeout);
        }
    }

    /** Returns a configuration with all default values. */
    public static OidcConfig of(String issuer, String audience) {
        return new OidcConfig(
                issuer,
                List.of(audience),
                Optional.empty(),
                Optional.empty(),
                TenantClaim.parse("sub"),
                DEFAULT_REFRESH,
                DEFAULT_OUTAGE,
                DEFAULT_TIMEOUT);
    }

    /** Returns the address of the discovery document. */
    URI discovery() {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return URI.create(base + "/.well-known/openid-configuration");
    }

    boolean isEncrypted() {
        return isHttps(jwksUri.orElseGet(() -> URI.create(issuer)));
    }

    static boolean isHttps(URI uri) {
        return "https".equals(uri.getScheme().toLowerCase(Locale.ROOT));
    }

    /** @throws IllegalArgumentException if {@code text} is not an http or https address */
    static URI address(String what, String text) {
        try {
            URI uri = URI.create(text);
            boolean http = uri.getScheme() != null
                    && List.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT));
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException noUri) {
            // reported below
        }
        throw new IllegalArgumentException(
                what + " must be an address such as https://login.example.com without user or fragment, not '"
                        + text.replaceAll("(?s)//.*@", "//***@") + "'");
    }
}
