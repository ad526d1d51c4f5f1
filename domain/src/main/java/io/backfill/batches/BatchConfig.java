package io.backfill.batches;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a client may ask of a batch.
 *
 * @param endpoints {@code backfill.batches.endpoints}: the paths a batch may name; default the five of
 *     {@link io.backfill.requests.Endpoint}
 * @param windowMin {@code backfill.batches.window-min}: shortest completion window; default 1 minute
 * @param windowMax {@code backfill.batches.window-max}: longest; default 30 days
 * @param strictWindow {@code backfill.batches.strict-window}: allow {@code 24h} only; default false
 * @param earlyFileCheck {@code backfill.batches.early-file-check}: refuse a create that names a file which is not there, instead
 *     of letting the batch fail in validation; default false
 * @param createsPerHour {@code backfill.batches.creates-per-hour}: batches one tenant may create in an hour, over all nodes; default
 *     2000; 0: no limit
 * @param passThroughHeaders {@code backfill.headers.pass-through}: names of request headers that are kept, sealed, with the batch
 *     and sent with each of its calls; default none
 * @param mayAskForPods {@code backfill.offload.api-batches}: whether a batch's metadata may say where it runs; default no
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
    /** The one window OpenAI allows. */
    public static final String STRICT_WINDOW = "24h";

    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]{1,255}");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    /** Headers that belong to one connection or one body, or that we set on every call ourselves. */
    private static final Set<String> NOT_PASSED = Set.of(
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
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-request-id");

    public static final BatchConfig DEFAULT = new BatchConfig(
            List.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/responses"),
            Duration.ofMinutes(1),
            Duration.ofDays(30),
            false,
            false,
            2000,
            List.of());

    /** One whose batches do not say where they run. */
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
                    "backfill.batches.creates-per-hour must be positive, or 0 for no limit, not " + createsPerHour);
        }
        for (String header : passThroughHeaders) {
            if (!HEADER.matcher(header).matches() || NOT_PASSED.contains(header.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("backfill.headers.pass-through must not name '" + header + "'");
            }
        }
    }

    /** Whether a batch may take this long. */
    public boolean allows(CompletionWindow window) {
        if (strictWindow) {
            return window.text().equals(STRICT_WINDOW);
        }
        return window.length().compareTo(windowMin) >= 0 && window.length().compareTo(windowMax) <= 0;
    }
}
