package io.backfill.benchmarks.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;

/** An OpenAI-compatible server with one of its models, which the benchmark did not start. Thread-safe. */
public final class EngineServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CALL_LIMIT = Duration.ofMinutes(2);
    private static final Duration METRICS_LIMIT = Duration.ofSeconds(10);
    private static final Duration IDLE_LIMIT = Duration.ofMinutes(5);
    private static final long IDLE_POLL_NANOS = 100_000_000;
    /** How long an engine without known metrics is given to end what was cut off. */
    private static final Duration BLIND_PAUSE = Duration.ofSeconds(5);

    private final URI base;
    private final String model;
    private final Optional<String> key;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /**
     * @param url address, with or without {@code /v1} at its end
     * @param key sent as {@code Authorization: Bearer}
     */
    public EngineServer(String url, String model, Optional<String> key) {
        this.base = URI.create(url.replaceAll("/+$", "").replaceAll("/v1$", ""));
        this.model = model;
        this.key = key;
    }

    /** Returns the address without {@code /v1}. */
    public String base() {
        return base.toString();
    }

    public String model() {
        return model;
    }

    Optional<String> key() {
        return key;
    }

    URI chatUrl() {
        return URI.create(base + "/v1/chat/completions");
    }

    /** Returns the bodies for this model, with {@code ignore_eos} if the server accepts it. */
    public ChatBody body() throws IOException {
        ChatBody exact = new ChatBody(model, true);
        int status = post(exact.of("hello", 1)).statusCode();
        if (status == 200) {
            return exact;
        }
        ChatBody plain = new ChatBody(model, false);
        required(post(plain.of("hello", 1)));
        return plain;
    }

    /** Returns the number of prompt tokens of a call, as the server counts them. */
    public int promptTokens(ChatBody body, String text) throws IOException {
        int tokens = required(post(body.of(text, 1)))
                .path("usage")
                .path("prompt_tokens")
                .asInt();
        if (tokens <= 0) {
            throw new IOException(base + " reports no usage.prompt_tokens");
        }
        return tokens;
    }

    /** Returns the current metrics; empty if the server has none. */
    public Optional<Exposition> metrics() throws IOException {
        HttpResponse<String> page =
                send(request(URI.create(base + "/metrics"), METRICS_LIMIT).GET().build());
        return page.statusCode() == 200 ? Optional.of(Exposition.parse(page.body())) : Optional.empty();
    }

    /**
     * Waits until no request runs or waits in the engine, or for some seconds if the server has no known metrics. Throws
     * {@link IOException} if it is still busy after minutes.
     */
    public void awaitIdle() throws IOException {
        long end = System.nanoTime() + IDLE_LIMIT.toNanos();
        int idle = 0;
        // twice, because engines report the state after their last step
        while (idle < 2) {
            OptionalDouble unfinished = metrics().map(Exposition::unfinished).orElse(OptionalDouble.empty());
            if (unfinished.isEmpty()) {
                LockSupport.parkNanos(BLIND_PAUSE.toNanos());
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException(base + " still has " + unfinished.getAsDouble() + " requests");
            }
            idle = unfinished.getAsDouble() == 0 ? idle + 1 : 0;
            LockSupport.parkNanos(IDLE_POLL_NANOS);
        }
    }

    private JsonNode required(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(
                    answer.request().uri() + " was answered " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> post(JsonNode body) throws IOException {
        return send(request(chatUrl(), CALL_LIMIT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build());
    }

    private HttpRequest.Builder request(URI target, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target).timeout(limit);
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", interrupted));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
