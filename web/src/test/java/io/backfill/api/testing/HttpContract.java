package io.backfill.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that apply to every address. */
public interface HttpContract {
    ApiClient client();

    /** Returns a client without a key. */
    ApiClient keyless();

    /** Returns a client whose key, {@code sk-wrong-0123456789}, is unknown. */
    ApiClient wrongKey();

    /** Returns the maximum size of a file. */
    long maxUploadBytes();

    @Test
    default void keylessAndWrongUsersShouldBeToldApart() {
        for (String path : List.of("/v1/files", "/v1/batches", "/v1/models", "/v1/unknown")) {
            JsonNode missing = keyless().get(path).expectError(401);
            assertThat(missing.get("code").isNull()).isTrue();
            assertThat(missing.get("type").asText()).isEqualTo("invalid_request_error");
            Answer wrong = wrongKey().get(path);
            assertThat(wrong.expectError(401).get("code").asText()).isEqualTo("invalid_api_key");
            assertThat(wrong.text()).doesNotContain("sk-wrong-0123456789");
        }
    }

    @Test
    default void answersShouldTellVersionAndTime() {
        Answer answer = client().get("/v1/files").expect(200);
        assertThat(answer.header("openai-version")).contains("2020-10-01");
        assertThat(answer.header("openai-processing-ms")).get().asString().matches("[0-9]+");
        assertThat(client().get("/v1/files").header("x-request-id")).isNotEqualTo(answer.header("x-request-id"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/x",
        "POST, /v1/x",
        "GET, /v1",
        "GET, /v1/files/a/b/c",
        "GET, /index.html",
        "POST, /v1/batches/a/b"
    })
    default void unknownAddressShouldBeNamed(String method, String path) {
        client().send(method, path, BodyPublishers.noBody())
                .expectError(404, "Invalid URL (" + method + " " + path + ")", null, null);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /v1/files, POST",
        "PATCH, /v1/batches, GET",
        "DELETE, /v1/models, GET",
        "POST, /v1/files/file-x/content, GET",
        "PUT, /v1/batches/batch_x, DELETE",
        "GET, /v1/uploads, POST"
    })
    default void wrongMethodShouldBeToldTheRightOnes(String method, String path, String allowed) {
        Answer answer = client().send(method, path, BodyPublishers.noBody());
        answer.expectError(
                405,
                "Not allowed to " + method + " on " + path
                        + ". (HINT: Perhaps you meant to use a different HTTP method?)",
                null,
                "method_not_supported");
        assertThat(answer.header("allow")).get().asString().contains(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/files",
                "/v1/files/file-x",
                "/v1/files/file-x/content",
                "/v1/batches/batch_x/cancel",
                "/v1/models"
            })
    default void optionsShouldNeedNoKeyAndNameTheMethodsOfThatPath(String path) {
        Answer options =
                keyless().send("OPTIONS", path, BodyPublishers.noBody()).expect(200);
        Answer refused = client().send("PATCH", path, BodyPublishers.noBody()).expect(405);
        assertThat(methods(options)).isNotEmpty().isEqualTo(methods(refused));
    }

    private static Set<String> methods(Answer answer) {
        return Set.of(answer.header("allow").orElseThrow().split(", *"));
    }

    @Test
    default void optionsOfAnUnknownAddressShouldBeA404() {
        keyless().send("OPTIONS", "/v1/nothing", BodyPublishers.noBody()).expectError(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files/%", "/v1/files/%zz", "/v1/files/é", "/v1/files?after=%", "/v1/files?after=é"})
    default void badlyEscapedTargetShouldBeRefusedWithTheEnvelope(String target) throws IOException {
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write(
                    "GET " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client().key() + "\r\n\r\n");
            assertThat(connection.read().expectError(400).get("message").asText())
                    .startsWith("The URL is not properly escaped");
        }
    }

    @Test
    default void everyAnswerShouldForbidSniffing() {
        for (Answer answer : List.of(
                client().get("/v1/files"),
                keyless().get("/v1/files"),
                client().get("/v1/nothing"),
                keyless().send("OPTIONS", "/v1/files", BodyPublishers.noBody()))) {
            assertThat(answer.header("x-content-type-options")).contains("nosniff");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "gzip, identity", "x"})
    default void compressedBodiesShouldBeRefusedAsWhatTheyAre(String encoding) {
        String message = "Unsupported content encoding '" + encoding + "'. Send the body unencoded.";
        for (String path : List.of("/v1/batches", "/v1/files")) {
            Answer refused = client().send(
                            "POST",
                            path,
                            BodyPublishers.ofByteArray(new byte[] {31, -117, 8}),
                            "Content-Type",
                            "application/json",
                            "Content-Encoding",
                            encoding);
            refused.expectError(415, message, null, "unsupported_content_type");
            assertThat(refused.header("accept-encoding")).contains("identity");
        }
        client().send("POST", "/v1/batches", BodyPublishers.ofString("{}"), "Content-Encoding", "identity")
                .expectError(400);
    }

    @Test
    default void otherBodiesThanJsonShouldBeRefused() {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "nonsense", "application/xml")) {
            client().send("POST", "/v1/batches", BodyPublishers.ofString("a=b"), "Content-Type", type)
                    .expectError(
                            415,
                            "Unsupported content type. Expected 'application/json'.",
                            null,
                            "unsupported_content_type");
        }
        client().send("POST", "/v1/batches", BodyPublishers.ofString("{}")).expectError(400);
        client().send(
                        "POST",
                        "/v1/batches",
                        BodyPublishers.ofString("{}"),
                        "Content-Type",
                        "application/json; charset=utf-8")
                .expectError(400);
    }

    @Test
    default void largeJsonShouldBeRefused() {
        String json = "{\"a\":\"" + "x".repeat(1024 * 1024) + "\"}";
        client().postJson("/v1/batches", json).expectError(413);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        client().send(
                        "POST",
                        "/v1/batches",
                        BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(bytes)),
                        "Content-Type",
                        "application/json")
                .expectError(413);
    }

    @Test
    default void emptyJsonBodyShouldBeFineWhereNoBodyIsNeeded() {
        String id = client().upload("a.jsonl", "x");
        client().send(
                        "DELETE",
                        "/v1/files/" + id,
                        BodyPublishers.ofByteArray(new byte[0]),
                        "Content-Type",
                        "application/json")
                .expect(200);
        client().postJson("/v1/batches/batch_x/cancel", "").expectError(404);
    }

    @Test
    default void rootShouldSayWhatThisServerIsWithoutAKey() {
        Answer json = keyless().get("/").expect(200);
        assertThat(json.at("object")).isEqualTo("backfill");
        assertThat(json.at("api")).isEqualTo(keyless().base().resolve("/v1").toString());

        Answer html = keyless()
                .get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                .expect(200);
        assertThat(html.header("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(html.text()).contains("/v1/models", "<title>Backfill</title>");
        keyless().postJson("/", "{}").expectError(401);
    }

    @Test
    default void trailingSlashShouldBeServedWithoutRedirect() {
        client().get("/v1/files/").expect(200);
        client().get("/v1/batches/").expect(200);
        client().get("/v1/models/").expect(200);
        String id = client().upload("a.jsonl", "x");
        client().get("/v1/files/" + id + "/").expect(200);
        assertThat(client().get("/v1/files/" + id + "/content/").expect(200).text())
                .isEqualTo("x");
        client().delete("/v1/files/" + id + "/").expect(200);
    }

    @Test
    default void strangeHeadersShouldChangeNothing() {
        client().get(
                        "/v1/files",
                        "OpenAI-Beta",
                        "assistants=v2",
                        "OpenAI-Project",
                        "proj_x",
                        "OpenAI-Organization",
                        "org-x",
                        "X-Client-Request-Id",
                        "mine",
                        "X-Stainless-Lang",
                        "python",
                        "Accept",
                        "not a type",
                        "Accept-Language",
                        ";;;===",
                        "Cookie",
                        "a=b; =; ;;",
                        "Content-Type",
                        "no type either; =",
                        "If-None-Match",
                        "*")
                .expect(200);
    }

    @Test
    default void longUploadShouldBeAnsweredAlthoughItIsRefused() throws IOException {
        long size = maxUploadBytes() + 50 * 1024 * 1024;
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write("POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client().key()
                    + "\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: " + size + "\r\n\r\n");
            byte[] block = new byte[1024 * 1024];
            for (long sent = 0; sent < size; sent += block.length) {
                connection.write(size - sent < block.length ? new byte[(int) (size - sent)] : block);
            }
            connection.read().expectError(413, "File is too large.", "file", null);
            // the connection can be used for another request
            connection.write(
                    "GET /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client().key() + "\r\n\r\n");
            connection.read().expect(200);
        }
    }

    @Test
    default void uploadWithoutKeyShouldBeAnsweredAfterItsBody() throws IOException {
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write("POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n");
            byte[] block = new byte[1024 * 1024];
            for (int i = 0; i < 20; i++) {
                connection.write("100000\r\n").write(block).write("\r\n");
            }
            connection.write("0\r\n\r\n");
            connection.read().expectError(401);
        }
    }

    @Test
    default void clientThatAsksFirstShouldBeRefusedBeforeItSends() throws IOException {
        String head = "POST /v1/files HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                + (maxUploadBytes() * 2 + 10_000_000)
                + "\r\n";
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write(head + "Authorization: Bearer " + client().key() + "\r\n\r\n");
            connection.read().expectError(413, "File is too large.", "file", null);
        }
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write(head + "\r\n");
            connection.read().expectError(401);
        }
    }

    @Test
    default void clientThatAsksFirstShouldBeToldToSend() throws IOException {
        FormBody form = new FormBody().text("purpose", "batch").file("a.jsonl", "x");
        byte[] body = form.closed();
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write("POST /v1/files HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: Bearer "
                    + client().key() + "\r\nContent-Type: " + form.contentType() + "\r\nContent-Length: " + body.length
                    + "\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(100);
            connection.write(body);
            connection.read().expect(200);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    default void brokenUploadShouldLeaveNothing(boolean withinFile) throws IOException {
        FormBody form = new FormBody().text("purpose", "batch").file("a.jsonl", "x".repeat(100_000));
        if (!withinFile) {
            form.text("more", "text");
        }
        byte[] open = form.open();
        try (RawConnection connection = new RawConnection(client().base())) {
            connection.write("POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client().key()
                    + "\r\nContent-Type: " + form.contentType() + "\r\nContent-Length: 1000000\r\n\r\n");
            connection.write(withinFile ? java.util.Arrays.copyOf(open, 50_000) : open);
        }
        assertThat(client().get("/v1/files").expect(200).json().get("data")).isEmpty();
    }

    /** Returns the token of {@code backfill.metrics.token-file}; the server must allow no network without it. */
    String metricsToken();

    @Test
    default void metricsShouldNeedTheirToken() {
        for (ApiClient other : List.of(keyless(), wrongKey(), client())) {
            Answer refused = other.get("/metrics");
            refused.expectError(401);
            assertThat(refused.header("www-authenticate")).contains("Bearer");
        }
        Answer answer = keyless()
                .get("/metrics", "Accept", "application/openmetrics-text", "Authorization", "Bearer " + metricsToken());
        answer.expect(200);
        assertThat(answer.header("content-type")).get().asString().startsWith("text/plain");
    }
}
