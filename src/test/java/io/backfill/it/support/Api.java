package io.backfill.it.support;

import io.backfill.api.testing.ApiDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Raw calls of a gateway's API, which do not interpret what is sent or received. Every answer of the API must be one that the OpenAPI
 * document describes. Thread-safe.
 */
public final class Api implements AutoCloseable {
    private static final String BOUNDARY = "it-boundary-5f2c";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final URI base;
    private final HttpClient http;
    private final Map<String, String> headers;

    private Api(URI base, HttpClient http, Map<String, String> headers) {
        this.base = base;
        this.http = http;
        this.headers = headers;
    }

    /** @param base {@code http://HOST:PORT}, without a path */
    public static Api of(URI base) {
        return new Api(base, client().build(), Map.of());
    }

    /** Returns a client whose connections come from another address of this machine. */
    public static Api from(InetAddress source, URI base) {
        return new Api(base, client().localAddress(source).build(), Map.of());
    }

    private static HttpClient.Builder client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10));
    }

    /** Returns a client with the same connections and one more header in every call. */
    public Api with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Api(base, http, more);
    }

    public Answer get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    public Answer delete(String path) {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    /** Sends a POST without a body. */
    public Answer post(String path) {
        return send("POST", path, BodyPublishers.noBody());
    }

    public Answer postJson(String path, String json) {
        return send("POST", path, BodyPublishers.ofString(json), "Content-Type", "application/json");
    }

    /** Uploads a file with this purpose, streamed. */
    public Answer upload(String purpose, BodyPublisher content) {
        String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose
                + "\r\n--" + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lines.jsonl\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n";
        BodyPublisher form = BodyPublishers.concat(
                BodyPublishers.ofString(head), content, BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
        return send("POST", "/v1/files", form, "Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
    }

    /** Uploads the lines of a batch, and returns the file's id. */
    public String upload(InputLines lines) {
        return upload("batch", BodyPublishers.ofByteArray(lines.bytes()))
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    /** @param moreHeaders alternating names and values */
    public Answer send(String method, String path, BodyPublisher body, String... moreHeaders) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(LIMIT).method(method, body);
        headers.forEach(request::header);
        if (moreHeaders.length > 0) {
            request.headers(moreHeaders);
        }
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            Answer received = new Answer(answer.statusCode(), answer.headers(), answer.body());
            ApiDescription.OF_SOURCE.check(method, path, received.status(), headersOf(received), received.body());
            return received;
        } catch (IOException broken) {
            throw new UncheckedIOException(method + " " + path, broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + path, interrupted);
        }
    }

    /** HTTP/1.1 keeps names as they were sent. */
    private static Map<String, List<String>> headersOf(Answer answer) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        answer.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        return headers;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
