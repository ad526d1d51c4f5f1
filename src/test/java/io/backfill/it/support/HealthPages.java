package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** The health pages of a gateway, requested with a short time-out. */
public final class HealthPages {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private HealthPages() {}

    /**
     * Asserts that liveness answers 200 within a second while four probes request readiness, and that each of these also gets 200
     * within a second.
     */
    public static void assertUpAtOnce(URI management) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> ready = IntStream.range(0, 4)
                    .mapToObj(i -> ask(http, management.resolve("/health/ready")))
                    .toList();
            HttpResponse<String> live =
                    ask(http, management.resolve("/health/live")).join();
            assertThat(live.statusCode()).as(live.body()).isEqualTo(200);
            for (CompletableFuture<HttpResponse<String>> answer : ready) {
                assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(200);
            }
        }
    }

    private static CompletableFuture<HttpResponse<String>> ask(HttpClient http, URI page) {
        return http.sendAsync(HttpRequest.newBuilder(page).timeout(PATIENCE).build(), BodyHandlers.ofString());
    }
}
