package io.backfill.dispatch.http;

import io.backfill.dispatch.ModelRequest;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * Builds the headers of a call. Headers captured from the client take precedence over configured ones. The client's key takes
 * precedence over the configured one, unless the model is configured to override it.
 */
final class CallHeaders {
    private static final String AUTHORIZATION = "Authorization";
    private static final Header CONTENT_TYPE = new BasicHeader("Content-Type", "application/json");
    private static final Header ACCEPT = new BasicHeader("Accept", "application/json");
    /** Compression would cost the model's server more than it saves in transfer. */
    private static final Header UNCOMPRESSED = new BasicHeader("Accept-Encoding", "identity");

    private final List<Header> configured;
    private final Optional<Header> configuredAuthorization;
    private final boolean overrideAuthorization;
    private final RouterHints router;

    CallHeaders(Model model, Optional<String> apiKey) {
        router = new RouterHints(model.tuning().router());
        List<Header> headers = new ArrayList<>();
        Optional<Header> authorization = apiKey.map(key -> new BasicHeader(AUTHORIZATION, "Bearer " + key));
        for (Map.Entry<String, String> header : model.headers().entrySet()) {
            String name = header.getKey();
            if (name.equalsIgnoreCase(AUTHORIZATION)) {
                authorization = authorization.or(() -> Optional.of(new BasicHeader(AUTHORIZATION, header.getValue())));
            } else if (!ReservedHeaders.contains(name)) {
                headers.add(new BasicHeader(name, header.getValue()));
            }
        }
        configured = List.copyOf(headers);
        configuredAuthorization = authorization;
        overrideAuthorization = model.overrideAuthorization();
    }

    void addTo(HttpRequest http, String host, ModelRequest request, InstantSource clock) {
        http.addHeader("Host", host);
        http.addHeader(CONTENT_TYPE);
        http.addHeader(ACCEPT);
        http.addHeader(UNCOMPRESSED);
        http.addHeader("X-Request-Id", request.id());
        Map<String, String> captured = request.line().headers();
        for (Header header : configured) {
            if (!has(captured, header.getName())) {
                http.addHeader(header);
            }
        }
        boolean takesConfigured =
                configuredAuthorization.isPresent() && (overrideAuthorization || !has(captured, AUTHORIZATION));
        if (takesConfigured) {
            http.addHeader(configuredAuthorization.get());
        }
        for (Map.Entry<String, String> header : captured.entrySet()) {
            String name = header.getKey();
            if (!ReservedHeaders.contains(name) && !(takesConfigured && name.equalsIgnoreCase(AUTHORIZATION))) {
                http.addHeader(name, header.getValue());
            }
        }
        router.addTo(http, request, clock);
        if (!has(captured, "traceparent")) {
            http.addHeader(
                    "traceparent",
                    request.control().trace().traceParent().orElseGet(() -> traceParent(request.batch())));
        }
    }

    /** Returns the trace context of an attempt that this process does not trace. All calls of a batch are one trace, whose id is the digits of the batch id. */
    private static String traceParent(BatchId batch) {
        String trace = batch.value().substring(BatchId.PREFIX.length());
        // a span id of all zeros is invalid
        long span = ThreadLocalRandom.current().nextLong() | 1;
        return "00-" + trace + "-" + HexFormat.of().toHexDigits(span) + "-01";
    }

    private static boolean has(Map<String, String> headers, String name) {
        for (String key : headers.keySet()) {
            if (key.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
