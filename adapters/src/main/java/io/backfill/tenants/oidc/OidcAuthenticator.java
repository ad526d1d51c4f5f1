package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.OidcLog.LOG;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Identifies tenants by signed tokens (JWT) of one OpenID Connect issuer, sent as {@code Authorization: Bearer TOKEN}. Accepts a
 * token with an RS, PS or ES signature by a key that the issuer publishes, if its audience is configured and it has not expired. A
 * claim names the tenant. Only the header of a token is read before its signature is verified. {@link #refreshIfDue} must be called
 * every few seconds. Until keys have been fetched, callers get {@code UNAVAILABLE}. Thread-safe.
 */
public final class OidcAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";
    /** The longest token that is accepted; typical tokens have a few kilobytes. */
    private static final int MOST_CHARACTERS = 16 * 1024;
    /** Tolerated difference between the clocks of the issuer and this node. */
    private static final Duration SKEW = Duration.ofSeconds(30);
    /** The accepted types. Tokens of other types, such as events, logout tokens and proofs, are signed with the same keys. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

    private final OidcConfig config;
    private final InstantSource time;
    private final IssuerKeys keys;
    private final Optional<OperatorClaim> operators;

    /**
     * Creates an authenticator that knows no operators. Sends nothing.
     *
     * @param executor runs the calls to the issuer, one at a time; its threads may block
     * @throws IOException if the CA file cannot be used, with a message for operators
     */
    public OidcAuthenticator(OidcConfig config, Executor executor, InstantSource time, LongSupplier nanoTime)
            throws IOException {
        this(config, Optional.empty(), executor, time, nanoTime);
    }

    /** Creates an authenticator that identifies operators by a claim, if {@code operators} is present. */
    public OidcAuthenticator(
            OidcConfig config,
            Optional<OperatorClaim> operators,
            Executor executor,
            InstantSource time,
            LongSupplier nanoTime)
            throws IOException {
        this.operators = operators;
        this.config = config;
        this.time = time;
        this.keys = new IssuerKeys(config, new KeyFetch(config, executor), executor, nanoTime);
        if (!config.isEncrypted()) {
            LOG.unencrypted(config.issuer());
        }
    }

    /** Starts fetching the keys of the issuer if that is due. Never blocks. */
    public void refreshIfDue() {
        keys.refreshIfDue();
    }

    /** Returns why the latest fetch of the issuer's keys failed, or empty if it succeeded. */
    public Optional<String> problem() {
        return keys.problem();
    }

    @Override
    public TenantId authenticate(Credentials credentials) {
        return tenantOf(verified(credentials));
    }

    @Override
    public boolean isOperator(Credentials credentials) {
        return operators
                .filter(claim -> claim.isIn(verified(credentials).getPayload().toJSONObject()))
                .isPresent();
    }

    private SignedJWT verified(Credentials credentials) {
        String token = tokenOf(credentials)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY,
                        "You didn't provide an API key. This gateway requires a token of its identity provider in an"
                                + " Authorization header using Bearer auth (i.e. Authorization: Bearer TOKEN)."));
        if (token.length() > MOST_CHARACTERS) {
            throw refused("longer than " + MOST_CHARACTERS + " characters");
        }
        try {
            SignedJWT signed = SignedJWT.parse(token);
            verify(signed);
            return signed;
        } catch (ParseException e) {
            throw refused("not a signed JWT");
        }
    }

    private void verify(SignedJWT token) throws ParseException {
        JWSHeader header = token.getHeader();
        if (!IssuerKey.isKnown(header.getAlgorithm())) {
            throw refused("unsupported algorithm");
        }
        if (!isOfKnownType(header.getType())) {
            throw refused("not an access token");
        }
        if (keys.fitting(header).stream().noneMatch(key -> key.verifies(token))) {
            throw refused("signature not valid for any key of the issuer");
        }
        JWTClaimsSet claims = token.getJWTClaimsSet();
        Instant now = time.instant();
        if (!config.issuer().equals(claims.getIssuer())) {
            throw refused("from another issuer");
        }
        if (Collections.disjoint(claims.getAudience(), config.audiences())) {
            throw refused("for another audience");
        }
        if (claims.getExpirationTime() == null
                || !now.isBefore(claims.getExpirationTime().toInstant().plus(SKEW))) {
            throw refused("expired or without expiry");
        }
        if (claims.getNotBeforeTime() != null
                && now.plus(SKEW).isBefore(claims.getNotBeforeTime().toInstant())) {
            throw refused("not valid yet");
        }
    }

    private static boolean isOfKnownType(@Nullable JOSEObjectType type) {
        return type == null
                || TYPES.contains(type.getType().toLowerCase(Locale.ROOT).replaceFirst("^application/", ""));
    }

    private TenantId tenantOf(SignedJWT token) {
        try {
            // reads the claim from the payload, because the library would convert a number to a string
            return new TenantId(
                    config.tenantClaim().in(token.getPayload().toJSONObject()).orElse(""));
        } catch (IllegalArgumentException e) {
            // the token is valid, so the client may learn the reason
            throw new BackfillException(
                    ErrorCode.INVALID_API_KEY,
                    "The token does not name a tenant: its claim '" + config.tenantClaim()
                            + "' must be a string of 1 to 128 visible ASCII characters.");
        }
    }

    private static Optional<String> tokenOf(Credentials credentials) {
        return credentials
                .header()
                .apply("Authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip())
                .filter(token -> !token.isEmpty());
    }

    /** Returns the same error for every reason, because the reason would help an attacker. Logs the reason at level DEBUG. */
    private static BackfillException refused(String why) {
        LOG.debugf("Rejected a token: %s", why);
        return new BackfillException(
                ErrorCode.INVALID_API_KEY,
                "The token is not valid for this gateway, or it has expired. Get a new one from your identity"
                        + " provider.");
    }
}
