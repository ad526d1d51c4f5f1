package io.backfill.benchmarks.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The API calls of a batch user, over the JDK's HTTP client. Thread-safe. */
public final class GatewayClient implements AutoCloseable {
    private static final String BOUNDARY = "backfill-part-7c1f2e94";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final Map<String, String> headers;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** @param base {@code http://HOST:PORT}, without a path */
    public GatewayClient(URI base) {
        this(base, Map.of());
    }

    /**
     * @param base {@code http://HOST:PORT}, without a path
     * @param headers sent with every request, such as the header that names the tenant
     */
    public GatewayClient(URI base, Map<String, String> headers) {
        this.base = base;
        this.headers = Map.copyOf(headers);
    }

    /** Uploads a file of requests as a stream and returns its id. */
    public String upload(Path lines) throws IOException {
        BodyPublisher body = BodyPublishers.concat(
                BodyPublishers.ofString(field("purpose", "batch") + fileHead(lines)),
                BodyPublishers.ofFile(lines),
                BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
        HttpRequest request = request("/v1/files")
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(body)
                .build();
        return send(request).path("id").asText();
    }

    private static String field(String name, String value) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String fileHead(Path file) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + file.getFileName()
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    }

    /** Creates a batch of chat completions with a window of 24 hours. */
    public BatchState createBatch(String fileId) throws IOException {
        return createBatch(fileId, "24h");
    }

    /** Creates a batch of chat completions. */
    public BatchState createBatch(String fileId, String window) throws IOException {
        return createBatch(fileId, window, Map.of());
    }

    /** Creates a batch of chat completions with a window of 24 hours and with metadata. */
    public BatchState createBatch(String fileId, Map<String, String> metadata) throws IOException {
        return createBatch(fileId, "24h", metadata);
    }

    private BatchState createBatch(String fileId, String window, Map<String, String> metadata) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            body.set("metadata", JSON.valueToTree(metadata));
        }
        body.put("input_file_id", fileId);
        body.put("endpoint", "/v1/chat/completions");
        body.put("completion_window", window);
        HttpRequest request = request("/v1/batches")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        return BatchState.of(send(request));
    }

    public BatchState batch(String id) throws IOException {
        return BatchState.of(send(request("/v1/batches/" + id).GET().build()));
    }

    /** Returns all batches of the tenant, newest first. */
    public List<BatchState> batches() throws IOException {
        List<BatchState> all = new ArrayList<>();
        JsonNode page;
        String after = "";
        do {
            page = send(request("/v1/batches?limit=100" + after).GET().build());
            page.path("data").forEach(batch -> all.add(BatchState.of(batch)));
            after = "&after=" + page.path("last_id").asText();
        } while (page.path("has_more").asBoolean());
        return all;
    }

    /** Cancels a batch. */
    public BatchState cancel(String id) throws IOException {
        return BatchState.of(send(request("/v1/batches/" + id + "/cancel")
                .POST(BodyPublishers.noBody())
                .build()));
    }

    /** Downloads a file to {@code target}, replacing its content. */
    public void download(String fileId, Path target) throws IOException {
        HttpRequest request = request("/v1/files/" + fileId + "/content").GET().build();
        HttpResponse<Path> answer = exchange(request, BodyHandlers.ofFile(target));
        if (answer.statusCode() != 200) {
            throw new IOException(request.method() + " " + request.uri() + " was answered " + answer.statusCode());
        }
    }

    /** Returns the gateway's metrics in Prometheus' text format. */
    public String metrics() throws IOException {
        HttpRequest request = request("/metrics").GET().build();
        HttpResponse<String> answer = exchange(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(request.uri() + " was answered " + answer.statusCode());
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofMinutes(10));
        headers.forEach(request::header);
        return request;
    }

    private JsonNode send(HttpRequest request) throws IOException {
        HttpResponse<String> answer = exchange(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(request.method() + " " + request.uri() + " was answered " + answer.statusCode() + " "
                    + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) throws IOException {
        try {
            return http.send(request, body);
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
