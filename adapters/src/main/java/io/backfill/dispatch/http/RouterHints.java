package io.backfill.dispatch.http;

import io.backfill.dispatch.ModelRequest;
import io.backfill.models.RouterHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.hc.core5.http.HttpRequest;

/** Adds the headers for a router: the objective, the tenant and the time left until the deadline, computed for every attempt. */
final class RouterHints {
    private final RouterHeaders router;

    RouterHints(RouterHeaders router) {
        this.router = router;
    }

    void addTo(HttpRequest http, ModelRequest request, InstantSource clock) {
        switch (router.kind()) {
            case NONE -> {}
            case LLM_D -> add(http, request, clock.instant(), "x-llm-d-inference-", "x-llm-d-slo-ttft-ms");
            case GATEWAY_API -> add(http, request, clock.instant(), "x-gateway-inference-", "x-slo-ttft-ms");
        }
    }

    private void add(HttpRequest http, ModelRequest request, Instant now, String prefix, String ttft) {
        router.objective().ifPresent(objective -> http.addHeader(prefix + "objective", objective));
        http.addHeader(prefix + "fairness-id", request.tenant().value());
        long left = Duration.between(now, request.scheduling().deadline()).toMillis();
        http.addHeader(ttft, Long.toString(Math.max(1, left)));
    }
}
