package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.OidcLog.LOG;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Caller;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Identifies tenants by signed tokens (JWT) of one OpenID Connect issuer, sent as {@code Authorization: Bearer TOKEN}. Accepts a
 * token with an RS, PS or ES signature by a key that the issuer publishes, if its audience is configured and it has not expired. A
 * claim names the tenant. Claims are used only after the signature has been verified. {@link #refreshIfDue} must be called every few
 * seconds. A token that matches no known key gets {@code UNAVAILABLE} while keys cannot be fetched, because it may be valid.
 * Thread-safe.
 */
public final class OidcAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";
    /** The longest token that is accepted; typical tokens have a few kilobytes. */
    private static final int MOST_CHARACTERS = 16 * 1024;
    /** Tolerated difference between the clocks of the issuer and this node. */
    private static final int SKEW_SECONDS = 30;
    /** The accepted types. Tokens of other types, such as events, logout tokens and proofs, are signed with the same keys. */
    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES = new DefaultJOSEObjectTypeVerifier<>(
            null,
            JOSEObjectType.JWT,
            new JOSEObjectType("at+jwt"),
            new JOSEObjectType("application/jwt"),
            new JOSEObjectType("application/at+jwt"));

    private final OidcConfig config;
    private final IssuerKeys keys;
    private final JWTProcessor<SecurityContext> tokens;
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
        this.keys = new IssuerKeys(config, new KeyFetch(config, executor), executor, nanoTime);
        this.tokens = processor(config, keys, time);
        if (!config.isEncrypted()) {
            LOG.unencrypted(config.issuer());
        }
    }

    private static JWTProcessor<SecurityContext> processor(OidcConfig config, IssuerKeys keys, InstantSource time) {
        DefaultJWTClaimsVerifier<SecurityContext> claims =
                new DefaultJWTClaimsVerifier<SecurityContext>(
                        new HashSet<>(config.audiences()),
                        new JWTClaimsSet.Builder().issuer(config.issuer()).build(),
                        Set.of(),
                        Set.of()) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(time.instant());
                    }
                };
        claims.setMaxClockSkew(SKEW_SECONDS);
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(TYPES);
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(KeyFetch.ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(claims);
        return processor;
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
        return operators.isPresent() && isOperators(verified(credentials));
    }

    @Override
    public Caller caller(Credentials credentials) {
        SignedJWT token = verified(credentials);
        return new Caller(tenantOf(token), () -> isOperators(token));
    }

    private boolean isOperators(SignedJWT token) {
        return operators
                .filter(claim -> claim.isIn(token.getPayload().toJSONObject()))
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
            // checked here, because the verifier would accept a required claim that is null
            if (tokens.process(signed, null).getExpirationTime() == null) {
                throw refused("without expiry");
            }
            return signed;
        } catch (KeySourceException e) {
            LOG.debugf("Could not verify a token: %s", e.getMessage());
            throw new BackfillException(
                    ErrorCode.UNAVAILABLE,
                    "The signing keys of the identity provider are currently unavailable. Please try again.");
        } catch (ParseException e) {
            throw refused("not a signed JWT");
        } catch (BadJOSEException | JOSEException e) {
            // the message may quote the token, which is not verified
            throw refused(String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " "));
        }
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
