package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FormBody;
import io.backfill.api.testing.UploadsContract;
import io.backfill.batches.BatchConfig;
import io.backfill.files.FileConfig;
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
    void aPieceWithAnEncodingShouldBeRefused() {
        String upload = client.postJson(
                        "/v1/uploads",
                        "{\"filename\":\"a\",\"purpose\":\"batch\",\"bytes\":4,\"mime_type\":\"application/jsonl\"}")
                .expect(200)
                .at("id");
        FormBody part = new FormBody()
                .part(
                        "Content-Disposition: form-data; name=\"data\"\r\nContent-Encoding: gzip",
                        new byte[] {0x1F, (byte) 0x8B, 8, 0});

        client.postForm("/v1/uploads/" + upload + "/parts", part)
                .expectError(
                        415,
                        "The part 'data' has an unsupported Content-Encoding. Pieces of a file must be sent without one.",
                        "data",
                        "unsupported_content_type");
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

    private static String create(ApiClient user, int bytes) {
        return described(user, bytes).expect(200).at("id");
    }

    private static Answer described(ApiClient user, int bytes) {
        return user.postJson(
                "/v1/uploads",
                "{\"filename\":\"a\",\"purpose\":\"batch\",\"bytes\":" + bytes
                        + ",\"mime_type\":\"application/jsonl\"}");
    }

    private static Answer part(ApiClient user, String upload, int bytes) {
        return user.postForm(
                "/v1/uploads/" + upload + "/parts",
                new FormBody().part("Content-Disposition: form-data; name=\"data\"", new byte[bytes]));
    }

    private static void assertQuotaExceeded(Answer answer) {
        assertThat(answer.expectError(400).get("code").asText()).isEqualTo("storage_quota_exceeded");
    }

    @Test
    void declaredBytesShouldCountAgainstTheQuotaUntilTheUploadEnds() {
        try (ApiServer other = new ApiServer(quota(1000), BatchConfig.DEFAULT)) {
            ApiClient user = other.client("key-a");
            String first = create(user, 600);
            assertQuotaExceeded(described(user, 401));
            assertQuotaExceeded(user.postForm(
                    "/v1/files", new FormBody().text("purpose", "batch").file("b", new byte[401])));
            create(other.client("key-b"), 1000);

            part(user, first, 600).expect(200);
            user.post("/v1/uploads/" + first + "/cancel").expect(200);
            assertThat(other.store.list("uploads", 10)).isEmpty();
            String second = create(user, 1000);

            String bytes = part(user, second, 1000).expect(200).at("id");
            user.postJson("/v1/uploads/" + second + "/complete", "{\"part_ids\":[\"" + bytes + "\"]}")
                    .expect(200);
            assertQuotaExceeded(described(user, 1));
        }
    }

    @Test
    void anExpiredUploadShouldGiveItsBytesBack() {
        try (ApiServer other = new ApiServer(quota(1000), BatchConfig.DEFAULT)) {
            ApiClient user = other.client("key-a");
            create(user, 1000);
            assertQuotaExceeded(described(user, 1));
            other.time.advance(Duration.ofHours(1));
            create(user, 1000);
        }
    }

    @Test
    void partsBeyondTheDeclaredBytesShouldBeRefusedAndLeaveNothing() {
        String upload = create(client, 5);
        part(client, upload, 3).expect(200);

        assertThat(part(client, upload, 3).expectError(413).get("message").asText())
                .contains("5 bytes");
        part(client, upload, 2).expect(200);
        assertThat(part(client, upload, 1).expectError(413).get("param").asText())
                .isEqualTo("data");

        assertThat(server.store.list("uploads", 10)).hasSize(2);
    }

    private static FileConfig quota(long bytes) {
        FileConfig d = ApiServer.FILES;
        return new FileConfig(
                d.maxUploadBytes(),
                d.maxBatchFileBytes(),
                false,
                d.batchExpiry(),
                d.tenant().withQuotaBytes(bytes),
                d.maxUploadTotalBytes(),
                d.maxPartBytes(),
                d.drainTime(),
                d.drainBytes(),
                d.maxListLimit());
    }
}
