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

/** Asks the issuer for its keys: its discovery document, unless their place is configured, then the key set. */
final class KeyFetch {
    private static final long MOST_BYTES = 512 * 1024;
    private static final int MOST_KEYS = 100;

    private final OidcConfig config;
    private final HttpClient client;

    /** @throws IOException with a message for operators when the CA file cannot be used */
    KeyFetch(OidcConfig config, Executor executor) throws IOException {
        this.config = config;
        // never follows a redirect: where keys come from is the operator's word, or the issuer's own
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
     * Those keys of the issuer that tokens can be verified with; others are left out. Blocks for at most two calls.
     *
     * @throws IOException saying which address gave what instead
     */
    List<IssuerKey> fetch() throws IOException {
        URI place = config.jwksUri().isPresent() ? config.jwksUri().get() : discovered();
        Object keys = get(place).get("keys");
        if (!(keys instanceof List<?> list)) {
            throw new IOException(place + " holds no key set");
        }
        if (list.size() > MOST_KEYS) {
            throw new IOException(place + " holds more than " + MOST_KEYS + " keys");
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
            throw new IOException(place + " is about issuer '" + document.get("issuer") + "', not '" + config.issuer()
                    + "'; the texts must be equal");
        }
        try {
            URI keys = OidcConfig.address("jwks_uri in " + place, String.valueOf(document.get("jwks_uri")));
            if (OidcConfig.isHttps(place) && !OidcConfig.isHttps(keys)) {
                throw new IOException("jwks_uri in " + place + " is not encrypted");
            }
            return keys;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** One that cannot be read does not spoil the others: issuers also publish what only newer clients know. */
    private static Optional<IssuerKey> read(Map<?, ?> members) {
        try {
            @SuppressWarnings("unchecked") // members of a JSON object have names
            Map<String, Object> json = (Map<String, Object>) members;
            return IssuerKey.of(JWK.parse(json));
        } catch (ParseException | JOSEException | RuntimeException e) {
            OidcLog.LOG.debugf("a key of the issuer is left out: %s", e.getMessage());
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
            // the request's own time-out ends with the head of the answer
            HttpResponse<byte[]> answer = call.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException(place + " answered with status " + answer.statusCode());
            }
            return JSONObjectUtils.parse(new String(answer.body(), StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new IOException(place + " gave no JSON object", e);
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
