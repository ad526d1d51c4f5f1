package io.backfill.tenants.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.backfill.tenants.Credentials;
import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An identity provider in this process whose keys, answers and speed the tests determine. It shares its clock with the gateway. */
final class TestIssuer implements AutoCloseable {
    static final String AUDIENCE = "backfill";

    private static final int MANY = 1_000_000;

    /** Created once, because generating a pair of RSA keys takes a second. */
    static final RSAKey RSA = rsa("rsa", 2048);

    static final RSAKey OTHER_RSA = rsa("rsa-other", 2048);
    static final ECKey EC = ec("ec", Curve.P_256);

    final SettableTime time = SettableTime.standing();
    private final HttpServer server;
    private final String address;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger discoveries = new AtomicInteger();
    private final AtomicInteger keySets = new AtomicInteger();
    /** While it has no permits, no request is answered. */
    private final Semaphore open = new Semaphore(MANY);

    private volatile String keys;
    private volatile int status = 200;
    private volatile String statedIssuer;
    private volatile Optional<String> redirect = Optional.empty();

    TestIssuer(JWK... keys) throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), "http", keys);
    }

    TestIssuer(HttpServer server, String scheme, JWK... keys) {
        this.server = server;
        this.keys = set(keys);
        server.setExecutor(threads);
        server.createContext("/realms/ml/.well-known/openid-configuration", exchange -> {
            discoveries.incrementAndGet();
            answer(
                    exchange,
                    "{\"issuer\":\"" + statedIssuer() + "\",\"jwks_uri\":\""
                            + address().replace("/realms/ml", "") + "/keys\"}");
        });
        server.createContext("/keys", exchange -> {
            keySets.incrementAndGet();
            answer(exchange, this.keys);
        });
        server.start();
        this.statedIssuer = scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/realms/ml";
        this.address = statedIssuer;
    }

    /** Returns the issuer that its tokens name. */
    String address() {
        return address;
    }

    private String statedIssuer() {
        return statedIssuer;
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        open.acquireUninterruptibly();
        open.release();
        try (exchange) {
            redirect.ifPresent(to -> exchange.getResponseHeaders().add("Location", to));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(redirect.isPresent() ? 302 : status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    void publish(JWK... now) {
        keys = set(now);
    }

    void publishText(String text) {
        keys = text;
    }

    private static String set(JWK... keys) {
        return new JWKSet(List.of(keys)).toString();
    }

    void answerWith(int status) {
        this.status = status;
    }

    void state(String issuer) {
        statedIssuer = issuer;
    }

    void redirectTo(String address) {
        redirect = Optional.of(address);
    }

    /** Accepts requests, but answers none until {@link #goOn}. */
    void hang() {
        open.drainPermits();
    }

    void goOn() {
        open.drainPermits();
        open.release(MANY);
    }

    int discoveries() {
        return discoveries.get();
    }

    int keySets() {
        return keySets.get();
    }

    /** Returns an authenticator that trusts this issuer. */
    OidcAuthenticator gateway() throws IOException {
        return gateway(config -> config);
    }

    OidcAuthenticator gateway(UnaryOperator<OidcConfig> change) throws IOException {
        return new OidcAuthenticator(change.apply(OidcConfig.of(address(), AUDIENCE)), threads, time, time);
    }

    OidcAuthenticator gatewayWithOperators(OperatorClaim operators) throws IOException {
        return new OidcAuthenticator(OidcConfig.of(address(), AUDIENCE), Optional.of(operators), threads, time, time);
    }

    static OidcConfig withTimeout(OidcConfig config, Duration timeout) {
        return new OidcConfig(
                config.issuer(),
                config.audiences(),
                config.jwksUri(),
                config.caFile(),
                config.tenantClaim(),
                config.refresh(),
                config.outage(),
                timeout);
    }

    /** Returns the claims of a token of tenant alice that is valid for an hour. */
    JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(address())
                .audience(AUDIENCE)
                .subject("alice")
                .issueTime(date(Duration.ZERO))
                .expirationTime(date(Duration.ofHours(1)));
    }

    Date date(Duration fromNow) {
        return Date.from(time.instant().plus(fromNow));
    }

    /** Returns a valid token, signed with the key by its usual algorithm. */
    String token(JWK key) {
        return token(key, claims());
    }

    static String token(JWK key, JWTClaimsSet.Builder claims) {
        return token(
                key,
                new JWSHeader.Builder(key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256)
                        .keyID(key.getKeyID())
                        .type(JOSEObjectType.JWT),
                claims);
    }

    static String token(JWK key, JWSHeader.Builder header, JWTClaimsSet.Builder claims) {
        try {
            SignedJWT token = new SignedJWT(header.build(), claims.build());
            token.sign(signer(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JWSSigner signer(JWK key) throws JOSEException {
        // accepts weak keys too
        return key instanceof RSAKey rsa ? new RSASSASigner(rsa.toPrivateKey(), true) : new ECDSASigner((ECKey) key);
    }

    static Credentials bearer(String token) {
        return header("Authorization", "Bearer " + token);
    }

    static Credentials header(String name, String value) {
        return new Credentials(
                InetAddress.getLoopbackAddress(),
                asked -> asked.equalsIgnoreCase(name) ? Optional.of(value) : Optional.empty());
    }

    static RSAKey rsa(String id, int bits) {
        try {
            return new RSAKeyGenerator(bits, true).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static ECKey ec(String id, Curve curve) {
        try {
            return new ECKeyGenerator(curve).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        goOn();
        server.stop(0);
        threads.shutdownNow();
    }
}
