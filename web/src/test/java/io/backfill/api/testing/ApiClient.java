package io.backfill.api.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One user of the API. Every answer must be one that the OpenAPI document describes. Headers are given as name, value, name, value. */
public final class ApiClient implements AutoCloseable {
    private final URI base;
    private final String key;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * @param base address of the server, without {@code /v1}
     * @param key empty for none
     */
    public ApiClient(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    public URI base() {
        return base;
    }

    public String key() {
        return key;
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    public Answer delete(String path, String... headers) {
        return send("DELETE", path, BodyPublishers.noBody(), headers);
    }

    /** Sends a POST without a body. */
    public Answer post(String path, String... headers) {
        return send("POST", path, BodyPublishers.noBody(), headers);
    }

    public Answer postJson(String path, String json, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/json";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return send("POST", path, BodyPublishers.ofString(json), all);
    }

    /** Sends a form whose length is announced. */
    public Answer postForm(String path, FormBody form) {
        return send("POST", path, BodyPublishers.ofByteArray(form.closed()), "Content-Type", form.contentType());
    }

    /** Sends a form in chunks, so that the server does not know its length. */
    public Answer postFormChunked(String path, FormBody form) {
        byte[] bytes = form.closed();
        BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
        return send("POST", path, chunked, "Content-Type", form.contentType());
    }

    /** Uploads a file with purpose {@code batch}, and returns its id. */
    public String upload(String filename, String content) {
        return upload("batch", filename, content.getBytes(StandardCharsets.UTF_8));
    }

    public String upload(String purpose, String filename, byte[] content) {
        return postForm("/v1/files", new FormBody().text("purpose", purpose).file(filename, content))
                .expect(200)
                .at("id");
    }

    public Answer send(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body)
                .timeout(Duration.ofSeconds(60));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            Answer answer = Answer.of(http.send(request.build(), BodyHandlers.ofByteArray()));
            ApiDescription.OF_SOURCE.check(method, path, answer.status(), answer.headers(), answer.bytes());
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
