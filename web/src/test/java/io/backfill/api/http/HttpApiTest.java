package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FormBody;
import io.backfill.api.testing.HttpContract;
import io.backfill.api.testing.RawConnection;
import io.backfill.batches.BatchConfig;
import io.backfill.files.FileConfig;
import io.backfill.testing.FailAfter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpApiTest implements HttpContract {
    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    public ApiClient client() {
        return client;
    }

    @Override
    public ApiClient keyless() {
        return server.client("");
    }

    @Override
    public ApiClient wrongKey() {
        return server.client("sk-wrong-0123456789");
    }

    @Override
    public long maxUploadBytes() {
        return ApiServer.FILES.maxUploadBytes();
    }

    @Test
    void failureNobodyForesawShouldHaveTheEnvelopeAndNoDetails() {
        Answer answer = client.get("/v1/broken");
        JsonNode error = answer.expectError(500);
        assertThat(error.get("type").asText()).isEqualTo("server_error");
        assertThat(error.get("message").asText())
                .startsWith("The server had an error while processing your request. Sorry about that!")
                .contains(answer.header("x-request-id").orElseThrow())
                .doesNotContain("broken");
    }

    @Override
    public String metricsToken() {
        return "scrape-me";
    }

    @Test
    void foreignPagesAndReboundNamesShouldBeRefusedWhereThereAreNoKeys() throws IOException {
        try (ApiServer guarded = ApiServer.guarded()) {
            for (String headers : List.of("Host: evil.example", "Host: localhost\r\nOrigin: http://evil.example")) {
                try (RawConnection connection = new RawConnection(guarded.base())) {
                    connection.write(
                            "GET /v1/files HTTP/1.1\r\n" + headers + "\r\nAuthorization: Bearer key-a\r\n\r\n");
                    connection.read().expectError(403);
                }
            }
            String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n"
                    + "Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";
            try (RawConnection connection = new RawConnection(guarded.base())) {
                // needs no preflight, so a browser would send it
                connection.write("POST /v1/files HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
                        + "Authorization: Bearer key-a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                        + "Content-Length: " + form.length() + "\r\n\r\n" + form);
                connection.read().expectError(403);
            }
            guarded.client("key-a").get("/v1/files").expect(200);
        }
    }

    @Test
    void storeThatFailsShouldBeA503() {
        try (ApiServer broken = new ApiServer(
                ApiServer.FILES,
                BatchConfig.DEFAULT,
                Optional.of(FailAfter.calls(0).in(server.store)))) {
            Answer answer = broken.client("key-a")
                    .postForm(
                            "/v1/files", new FormBody().text("purpose", "batch").file("a", "x"));
            assertThat(answer.expectError(503).get("type").asText()).isEqualTo("server_error");
            assertThat(answer.header("retry-after")).isPresent();
        }
    }

    @Test
    void endlessBodyShouldNotBeListenedToForEver() throws IOException {
        FileConfig d = ApiServer.FILES;
        FileConfig impatient = new FileConfig(
                d.maxUploadBytes(),
                d.maxBatchFileBytes(),
                false,
                d.batchExpiry(),
                d.tenant(),
                d.maxUploadTotalBytes(),
                d.maxPartBytes(),
                Duration.ofSeconds(30),
                100_000,
                d.maxListLimit());
        try (ApiServer other = new ApiServer(impatient, BatchConfig.DEFAULT);
                RawConnection connection = new RawConnection(other.base())) {
            connection.write("POST /v1/files HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.write("30d40\r\n").write(new byte[200_000]);
            Answer answer = connection.read();
            answer.expectError(401);
            assertThat(answer.header("connection")).contains("close");
        }
    }
}
