package io.backfill.tenants.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches the key set of the issuer, after its discovery document unless the address of the key set is configured. */
final class KeyFetch {
    private static final long MOST_BYTES = 512 * 1024;
    private static final int MOST_KEYS = 100;

    private final OidcConfig config;
    private final HttpClient client;

    /** @throws IOException if the CA file cannot be used, with a message for operators */
    KeyFetch(OidcConfig config, Executor executor) throws IOException {
        this.config = config;
        // does not follow redirects: only the operator or the issuer may determine the address of the keys
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.timeout())
                .executor(executor);
        if (config.caFile().isPresent()) {
            builder.sslContext(ClientTls.context(new Model.Tls(config.caFile(), Optional.empty(), Optional.empty())));
        }
        this.client = builder.build();
    }

    /**
     * Fetches the keys and returns those that can verify tokens; ignores all others. Blocks for at most two calls.
     *
     * @throws IOException if the keys cannot be fetched, with the address and what it returned
     */
    List<IssuerKey> fetch() throws IOException {
        URI place = config.jwksUri().isPresent() ? config.jwksUri().get() : discovered();
        Object keys = get(place).get("keys");
        if (!(keys instanceof List<?> list)) {
            throw new IOException(place + " contains no key set");
        }
        if (list.size() > MOST_KEYS) {
            throw new IOException(place + " contains more than " + MOST_KEYS + " keys");
        }
        List<IssuerKey> usable = new ArrayList<>();
        for (Object key : list) {
            if (key instanceof Map<?, ?> members) {
                read(members).ifPresent(usable::add);
            }
        }
        return List.copyOf(usable);
    }

    private URI discovered() throws IOException {
        URI place = config.discovery();
        Map<String, Object> document = get(place);
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
    private static Optional<IssuerKey> read(Map<?, ?> members) {
        try {
            @SuppressWarnings("unchecked") // members of a JSON object have names
            Map<String, Object> json = (Map<String, Object>) members;
            return IssuerKey.of(JWK.parse(json));
        } catch (ParseException | JOSEException | RuntimeException e) {
            OidcLog.LOG.debugf("Ignoring a key of the issuer: %s", e.getMessage());
            return Optional.empty();
        }
    }

    private Map<String, Object> get(URI place) throws IOException {
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
