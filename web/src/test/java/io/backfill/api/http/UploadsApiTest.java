package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FormBody;
import io.backfill.api.testing.UploadsContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UploadsApiTest implements UploadsContract {
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
    public ApiClient stranger() {
        return server.client("key-b");
    }

    @Override
    public long maxPartBytes() {
        return ApiServer.FILES.maxPartBytes();
    }

    @Test
    void uploadShouldExpireAfterAnHour() {
        String upload = client.postJson(
                        "/v1/uploads",
                        "{\"filename\":\"a\",\"purpose\":\"batch\",\"bytes\":3,\"mime_type\":\"application/jsonl\"}")
                .expect(200)
                .at("id");
        server.time.advance(Duration.ofHours(1));
        FormBody part = new FormBody().part("Content-Disposition: form-data; name=\"data\"", new byte[3]);
        assertThat(client.postForm("/v1/uploads/" + upload + "/parts", part)
                        .expectError(409)
                        .get("message")
                        .asText())
                .contains("expired");
        client.postJson("/v1/uploads/" + upload + "/complete", "{\"part_ids\":[]}")
                .expectError(409);
        client.post("/v1/uploads/" + upload + "/cancel").expectError(409);
    }

    @Test
    void refusedPartsShouldLeaveNoBytes() {
        String upload = client.postJson(
                        "/v1/uploads",
                        "{\"filename\":\"a\",\"purpose\":\"batch\",\"bytes\":3,\"mime_type\":\"application/jsonl\"}")
                .expect(200)
                .at("id");
        FormBody large = new FormBody().part("Content-Disposition: form-data; name=\"data\"", new byte[1_000_001]);
        client.postForm("/v1/uploads/" + upload + "/parts", large).expectError(413);
        FormBody twice = new FormBody()
                .part("Content-Disposition: form-data; name=\"data\"", new byte[3])
                .part("Content-Disposition: form-data; name=\"data\"", new byte[3]);
        client.postForm("/v1/uploads/" + upload + "/parts", twice).expectError(400);
        assertThat(server.store.list("uploads", 10)).isEmpty();
    }
}
