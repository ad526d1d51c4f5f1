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
 * Knows tenants by signed tokens (JWT) of one OpenID Connect issuer, sent as {@code Authorization: Bearer TOKEN}. Accepts RS, PS and
 * ES signatures by a key that the issuer publishes, for our audience, within the token's time; the tenant is what a claim says.
 * Nothing of a token is read before its signature was verified but its header. {@link #refreshIfDue} is to be called every few
 * seconds; until keys were fetched, callers get {@code UNAVAILABLE}. Thread-safe.
 */
public final class OidcAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";
    /** Tokens are a few kilobytes. */
    private static final int MOST_CHARACTERS = 16 * 1024;
    /** How far the issuer's clock may be from ours. */
    private static final Duration SKEW = Duration.ofSeconds(30);
    /** Other types are signed with the same keys, and are for something else: an event, a logout, a proof. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

    private final OidcConfig config;
    private final InstantSource time;
    private final IssuerKeys keys;
    private final Optional<OperatorClaim> operators;

    /**
     * Sends nothing yet.
     *
     * @param executor where calls to the issuer run, one at a time; may block its threads
     * @throws IOException with a message for operators when the CA file cannot be used
     */
    public OidcAuthenticator(OidcConfig config, Executor executor, InstantSource time, LongSupplier nanoTime)
            throws IOException {
        this(config, Optional.empty(), executor, time, nanoTime);
    }

    /** One that knows operators by a claim. */
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

    /** Begins to fetch the issuer's keys if it is time to; returns at once. */
    public void refreshIfDue() {
        keys.refreshIfDue();
    }

    /** Why the issuer's keys could not be fetched the last time; empty when all is well. */
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
                        "You didn't provide an API key. This gateway takes a token of its identity provider, in an"
                                + " Authorization header using Bearer auth (i.e. Authorization: Bearer TOKEN)."));
        if (token.length() > MOST_CHARACTERS) {
            throw refused("it is longer than " + MOST_CHARACTERS + " characters");
        }
        try {
            SignedJWT signed = SignedJWT.parse(token);
            verify(signed);
            return signed;
        } catch (ParseException e) {
            throw refused("it is no signed JWT");
        }
    }

    private void verify(SignedJWT token) throws ParseException {
        JWSHeader header = token.getHeader();
        if (!IssuerKey.isKnown(header.getAlgorithm())) {
            throw refused("its algorithm is not accepted");
        }
        if (!isOfKnownType(header.getType())) {
            throw refused("it is not meant to open anything, by its type");
        }
        if (keys.fitting(header).stream().noneMatch(key -> key.verifies(token))) {
            throw refused("no key of the issuer verifies it");
        }
        JWTClaimsSet claims = token.getJWTClaimsSet();
        Instant now = time.instant();
        if (!config.issuer().equals(claims.getIssuer())) {
            throw refused("it is of another issuer");
        }
        if (Collections.disjoint(claims.getAudience(), config.audiences())) {
            throw refused("it is for another audience");
        }
        if (claims.getExpirationTime() == null
                || !now.isBefore(claims.getExpirationTime().toInstant().plus(SKEW))) {
            throw refused("it has expired, or says not when");
        }
        if (claims.getNotBeforeTime() != null
                && now.plus(SKEW).isBefore(claims.getNotBeforeTime().toInstant())) {
            throw refused("it is not valid yet");
        }
    }

    private static boolean isOfKnownType(@Nullable JOSEObjectType type) {
        return type == null
                || TYPES.contains(type.getType().toLowerCase(Locale.ROOT).replaceFirst("^application/", ""));
    }

    private TenantId tenantOf(SignedJWT token) {
        try {
            // as it was sent: the library makes text of a number
            return new TenantId(
                    config.tenantClaim().in(token.getPayload().toJSONObject()).orElse(""));
        } catch (IllegalArgumentException e) {
            // the token is a good one, so this may be told
            throw new BackfillException(
                    ErrorCode.INVALID_API_KEY,
                    "The token names no tenant: its claim '" + config.tenantClaim()
                            + "' must be text of 1 to 128 visible ASCII characters.");
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

    /** One answer for everything: what is wrong with a token helps those who make wrong ones. */
    private static BackfillException refused(String why) {
        LOG.debugf("a token is refused: %s", why);
        return new BackfillException(
                ErrorCode.INVALID_API_KEY,
                "The token is not one that this gateway accepts, or it has expired. Get a new one from your identity"
                        + " provider.");
    }
}
