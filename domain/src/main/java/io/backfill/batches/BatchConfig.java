package io.backfill.batches;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a client may request of a batch.
 *
 * @param endpoints {@code backfill.batches.endpoints}: paths that a batch may name; default the six of
 *     {@link io.backfill.requests.Endpoint}
 * @param windowMin {@code backfill.batches.window-min}: shortest completion window; default 1 minute
 * @param windowMax {@code backfill.batches.window-max}: longest completion window; default 30 days
 * @param strictWindow {@code backfill.batches.strict-window}: allow only {@code 24h}; default false
 * @param earlyFileCheck {@code backfill.batches.early-file-check}: reject a create that names a file that does not exist, instead
 *     of letting the batch fail in validation; default false
 * @param createsPerHour {@code backfill.batches.creates-per-hour}: batches that one tenant may create per hour, over all nodes; 0
 *     for no limit; default 2000
 * @param passThroughHeaders {@code backfill.headers.pass-through}: names of request headers that are stored encrypted with the
 *     batch and sent with each of its calls; default none
 * @param mayAskForPods {@code backfill.offload.api-batches}: whether the metadata of a batch may select where it runs; default
 *     false
 */
public record BatchConfig(
        List<String> endpoints,
        Duration windowMin,
        Duration windowMax,
        boolean strictWindow,
        boolean earlyFileCheck,
        int createsPerHour,
        List<String> passThroughHeaders,
        boolean mayAskForPods) {
    /** The only window that OpenAI allows. */
    public static final String STRICT_WINDOW = "24h";

    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]{1,255}");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    /** Headers that belong to one connection or one body, or that Backfill itself sets on every call. */
    private static final Set<String> NOT_PASSED = Set.of(
            "accept",
            "accept-encoding",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "expect",
            "host",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-request-id");

    public static final BatchConfig DEFAULT = new BatchConfig(
            List.of(
                    "/v1/chat/completions",
                    "/v1/completions",
                    "/v1/embeddings",
                    "/v1/messages",
                    "/v1/moderations",
                    "/v1/responses"),
            Duration.ofMinutes(1),
            Duration.ofDays(30),
            false,
            false,
            2000,
            List.of());

    /** Creates a configuration in which batches cannot select where they run. */
    public BatchConfig(
            List<String> endpoints,
            Duration windowMin,
            Duration windowMax,
            boolean strictWindow,
            boolean earlyFileCheck,
            int createsPerHour,
            List<String> passThroughHeaders) {
        this(endpoints, windowMin, windowMax, strictWindow, earlyFileCheck, createsPerHour, passThroughHeaders, false);
    }

    public BatchConfig {
        endpoints = List.copyOf(endpoints);
        passThroughHeaders = List.copyOf(passThroughHeaders);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("backfill.batches.endpoints must name at least one path");
        }
        for (String endpoint : endpoints) {
            if (!PATH.matcher(endpoint).matches()) {
                throw new IllegalArgumentException(
                        "backfill.batches.endpoints must list paths such as /v1/chat/completions, not '" + endpoint
                                + "'");
            }
        }
        if (new HashSet<>(endpoints).size() < endpoints.size()) {
            throw new IllegalArgumentException("backfill.batches.endpoints names a path twice: " + endpoints);
        }
        if (windowMin.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "backfill.batches.window-min must be at least a second, not " + windowMin);
        }
        if (windowMax.compareTo(windowMin) < 0 || windowMax.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("backfill.batches.window-max (" + windowMax
                    + ") must not be shorter than backfill.batches.window-min (" + windowMin + ") or exceed 365 days");
        }
        if (createsPerHour < 0 || createsPerHour > 1_000_000_000) {
            throw new IllegalArgumentException(
                    "backfill.batches.creates-per-hour must be 0 (no limit) to 1000000000, not " + createsPerHour);
        }
        for (String header : passThroughHeaders) {
            if (!HEADER.matcher(header).matches() || NOT_PASSED.contains(header.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("backfill.headers.pass-through must not name '" + header
                        + "': not a valid header name, or reserved for the connection or for the gateway");
            }
        }
    }

    /** Returns whether a batch may have this window. */
    public boolean allows(CompletionWindow window) {
        if (strictWindow) {
            return window.text().equals(STRICT_WINDOW);
        }
        return window.length().compareTo(windowMin) >= 0 && window.length().compareTo(windowMax) <= 0;
    }
}
