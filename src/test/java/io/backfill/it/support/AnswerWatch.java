package io.backfill.it.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Requests one page repeatedly while a gateway stops and starts, and records the kinds of answers. Refused connections do not
 * count.
 */
public final class AnswerWatch implements AutoCloseable {
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final HttpRequest request;
    private final ConcurrentMap<Kind, Integer> seen = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread asker;

    /** One kind of answer. */
    public record Kind(int status, String contentType, boolean retryAfter) {}

    public AnswerWatch(URI page) {
        request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(30)).build();
        asker = Thread.ofPlatform().daemon().name("answer watch").start(this::ask);
    }

    private void ask() {
        try {
            do {
                try {
                    HttpResponse<Void> answer = http.send(request, BodyHandlers.discarding());
                    Kind kind = new Kind(
                            answer.statusCode(),
                            answer.headers().firstValue("Content-Type").orElse(""),
                            answer.headers().firstValue("Retry-After").isPresent());
                    seen.merge(kind, 1, Integer::sum);
                } catch (IOException notThere) {
                    // the gateway is between stop and start
                }
            } while (!end.await(20, TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the kinds of answers so far, and how often each was received. */
    public Map<Kind, Integer> seen() {
        return Map.copyOf(seen);
    }

    @Override
    public void close() {
        end.countDown();
        http.shutdownNow();
        asker.interrupt();
    }
}
