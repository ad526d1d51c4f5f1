package io.backfill.tenants.oidc;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.backfill.models.Model;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** Fetches the key set of the issuer, after its discovery document unless the address of the key set is configured. */
final class KeyFetch {
    private static final long MOST_BYTES = 512 * 1024;
    private static final int MOST_KEYS = 100;
    private static final int FEWEST_RSA_BITS = 2048;

    /** The curves that the platform supports, each with its only algorithm. */
    private static final Map<Curve, JWSAlgorithm> CURVES = Map.of(
            Curve.P_256, JWSAlgorithm.ES256,
            Curve.P_384, JWSAlgorithm.ES384,
            Curve.P_521, JWSAlgorithm.ES512);

    /** The supported algorithms. {@code none} and algorithms with a shared secret are not. */
    static final Set<JWSAlgorithm> ALGORITHMS = Stream.concat(
                    JWSAlgorithm.Family.RSA.stream(), CURVES.values().stream())
            .collect(Collectors.toUnmodifiableSet());

    private final OidcConfig config;
    private final Executor executor;

    /** @throws IOException if the CA file cannot be used, with a message for operators */
    KeyFetch(OidcConfig config, Executor executor) throws IOException {
        this.config = config;
        this.executor = executor;
        tls();
    }

    private SSLContext tls() throws IOException {
        return ClientTls.context(Model.Tls.trusting(config.caFile()));
    }

    /**
     * Fetches the keys and returns those that can verify tokens; ignores all others. Blocks for at most two calls.
     *
     * @throws IOException if the keys cannot be fetched, with the address and what it returned
     */
    JWKSet fetch() throws IOException {
        // a new client for each fetch, because the CA file may have changed;
        // it does not follow redirects: only the operator or the issuer may determine the address of the keys
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.timeout())
                .executor(executor)
                .sslContext(tls())
                .build();
        try {
            return fetch(client);
        } finally {
            client.shutdownNow();
        }
    }

    private JWKSet fetch(HttpClient client) throws IOException {
        URI place = config.jwksUri().isPresent() ? config.jwksUri().get() : discovered(client);
        Object keys = get(client, place).get("keys");
        if (!(keys instanceof List<?> list)) {
            throw new IOException(place + " contains no key set");
        }
        if (list.size() > MOST_KEYS) {
            throw new IOException(place + " contains more than " + MOST_KEYS + " keys");
        }
        List<JWK> usable = new ArrayList<>();
        for (Object key : list) {
            if (key instanceof Map<?, ?> members) {
                read(members).ifPresent(usable::add);
            }
        }
        return new JWKSet(usable);
    }

    private URI discovered(HttpClient client) throws IOException {
        URI place = config.discovery();
        Map<String, Object> document = get(client, place);
        if (!config.issuer().equals(document.get("issuer"))) {
            throw new IOException(place + " is for issuer '" + document.get("issuer") + "', not '" + config.issuer()
                    + "'; the names must be identical");
        }
        try {
            URI keys = OidcConfig.address("jwks_uri in " + place, String.valueOf(document.get("jwks_uri")));
            if (OidcConfig.isHttps(place) && !OidcConfig.isHttps(keys)) {
                throw new IOException("jwks_uri in " + place + " does not use https");
            }
            return keys;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Returns empty for a key that cannot be parsed, because issuers also publish keys that only newer clients support. */
    private static Optional<JWK> read(Map<?, ?> members) {
        try {
            @SuppressWarnings("unchecked") // members of a JSON object have names
            Map<String, Object> json = (Map<String, Object>) members;
            return usable(JWK.parse(json));
        } catch (ParseException | RuntimeException e) {
            OidcLog.LOG.debugf("Ignoring a key of the issuer: %s", e.getMessage());
            return Optional.empty();
        }
    }

    /** Returns the key, or empty if it is not intended for signatures, too weak, or of an unsupported type. */
    private static Optional<JWK> usable(JWK key) {
        boolean forSignatures = (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                && (key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY));
        Algorithm named = key.getAlgorithm();
        if (forSignatures && key instanceof RSAKey && key.size() >= FEWEST_RSA_BITS) {
            return named == null || JWSAlgorithm.Family.RSA.contains(named) ? Optional.of(key) : Optional.empty();
        }
        if (forSignatures && key instanceof ECKey ec) {
            JWSAlgorithm only = CURVES.get(ec.getCurve());
            if (only != null && (named == null || named.equals(only))) {
                // names the algorithm, because the selector compares algorithms but not curves
                return Optional.of(new ECKey.Builder(ec).algorithm(only).build());
            }
        }
        return Optional.empty();
    }

    private Map<String, Object> get(HttpClient client, URI place) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(place)
                .timeout(config.timeout())
                .header("Accept", "application/json, application/jwk-set+json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> call =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            // the time-out of the request covers only the header of the answer
            HttpResponse<byte[]> answer = call.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException(place + " answered with status " + answer.statusCode());
            }
            return JSONObjectUtils.parse(new String(answer.body(), StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new IOException(place + " did not return a JSON object", e);
        } catch (TimeoutException e) {
            throw new IOException(place + " did not answer within " + config.timeout(), e);
        } catch (ExecutionException e) {
            throw new IOException(place + " cannot be read: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading " + place);
        } finally {
            call.cancel(true);
        }
    }
}
