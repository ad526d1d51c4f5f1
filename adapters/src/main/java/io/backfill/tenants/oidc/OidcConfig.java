package io.backfill.tenants.oidc;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tenants by the tokens of an OpenID Connect issuer ({@code backfill.auth.mode=oidc}).
 *
 * @param issuer {@code backfill.auth.oidc.issuer}: an http or https address; a token's {@code iss} must be this text
 * @param audiences {@code backfill.auth.oidc.audience}: one of them must be in a token's {@code aud}
 * @param jwksUri {@code backfill.auth.oidc.jwks-uri}: where the issuer's keys are; empty: where its discovery document says
 * @param caFile {@code backfill.auth.oidc.ca-file}: CAs in PEM form to trust alone; empty: the platform's
 * @param tenantClaim {@code backfill.auth.oidc.tenant-claim}: what of a token names the tenant; default {@code sub}
 * @param refresh {@code backfill.auth.oidc.refresh}: how often the keys are fetched; default 5 min
 * @param outage {@code backfill.auth.oidc.outage}: how old keys may become while the issuer does not give any; default 4 h
 * @param timeout of each call to the issuer, and how long a request may wait for one; default 5 s
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
            throw new IllegalArgumentException("backfill.auth.oidc.issuer must have no query: '" + issuer + "'");
        }
        jwksUri.ifPresent(uri -> address("backfill.auth.oidc.jwks-uri", uri.toString()));
        if (audiences.isEmpty()) {
            throw new IllegalArgumentException(
                    "backfill.auth.oidc.audience must name what tokens for this gateway are made for; without it tokens"
                            + " for other services of the issuer would open this one");
        }
        if (refresh.compareTo(SHORTEST_REFRESH) < 0 || refresh.compareTo(LONGEST_REFRESH) > 0) {
            throw new IllegalArgumentException("backfill.auth.oidc.refresh must be 10s to 1h, not " + refresh);
        }
        if (outage.compareTo(refresh.multipliedBy(2)) < 0 || outage.compareTo(LONGEST_OUTAGE) > 0) {
            throw new IllegalArgumentException(
                    "backfill.auth.oidc.outage must be at least twice backfill.auth.oidc.refresh (" + refresh
                            + ") and at most 7d, not " + outage);
        }
        if (timeout.compareTo(Duration.ofMillis(100)) < 0 || timeout.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException("a call to the issuer may take 100 ms to 30 s, not " + timeout);
        }
    }

    /** With the defaults for everything that has one. */
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

    /** Where the issuer says where its keys are. */
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

    /** @throws IllegalArgumentException unless the text is an address that can be fetched from */
    static URI address(String what, String text) {
        try {
            URI uri = URI.create(text);
            boolean http = uri.getScheme() != null
                    && List.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT));
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException noUri) {
            // said below
        }
        throw new IllegalArgumentException(
                what + " must be an address such as https://login.example.com, without user and fragment, not '"
                        + text.replaceAll("(?s)//.*@", "//***@") + "'");
    }
}
