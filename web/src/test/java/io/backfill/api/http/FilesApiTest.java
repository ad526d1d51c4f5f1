package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FilesContract;
import io.backfill.api.testing.FormBody;
import io.backfill.batches.BatchConfig;
import io.backfill.files.FileConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesApiTest implements FilesContract {
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
    public long maxUploadBytes() {
        return ApiServer.FILES.maxUploadBytes();
    }

    @Test
    void refusedUploadsShouldLeaveNoBytes() throws Exception {
        client.postForm("/v1/files", new FormBody().file("a.jsonl", "x")).expectError(400);
        client.postForm(
                        "/v1/files",
                        new FormBody().text("purpose", "batch").file("a", "x").file("b", "x"))
                .expectError(400);
        client.postForm("/v1/files", new FormBody().text("purpose", "batch").file("a", new byte[2_000_001]))
                .expectError(413);
        client.send(
                        "POST",
                        "/v1/files",
                        java.net.http.HttpRequest.BodyPublishers.ofByteArray(new FormBody()
                                .text("purpose", "batch")
                                .file("a", "x")
                                .open()),
                        "Content-Type",
                        new FormBody().contentType())
                .expectError(400);
        assertThat(server.store.list("files", 10)).isEmpty();
    }

    @Test
    void fileShouldBeGoneOnceItHasExpired() {
        String id = client.upload("a.jsonl", LINE);
        server.time.advance(Duration.ofDays(30).minusSeconds(1));
        client.get("/v1/files/" + id).expect(200);
        server.time.advance(Duration.ofSeconds(1));
        client.get("/v1/files/" + id).expectError(404);
        client.get("/v1/files/" + id + "/content").expectError(404);
        client.delete("/v1/files/" + id).expectError(404);
        assertThat(client.get("/v1/files").json().get("data")).isEmpty();
    }

    @Test
    void fileWhoseBytesVanishedShouldBeA404() {
        String id = client.upload("a.jsonl", LINE);
        server.store.delete("files/" + id);
        client.get("/v1/files/" + id + "/content").expectError(404, "No such File object: " + id, "id", null);
    }

    @Test
    void contentThatEndsEarlyShouldNotPassForTheWhole() {
        try (ApiServer losing =
                new ApiServer(ApiServer.FILES, BatchConfig.DEFAULT, Optional.of(new CutBlobs(300_000)))) {
            ApiClient user = losing.client("key-a");
            String small = user.upload("user_data", "a", new byte[1000]);
            assertThat(user.get("/v1/files/" + small + "/content").expect(200).bytes())
                    .hasSize(1000);
            String large = user.upload("user_data", "a", new byte[1_000_000]);
            assertThatThrownBy(() -> user.get("/v1/files/" + large + "/content"))
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void batchFileShouldHaveALimitOfItsOwn() {
        FileConfig d = ApiServer.FILES;
        FileConfig small = new FileConfig(
                d.maxUploadBytes(),
                1000,
                true,
                d.batchExpiry(),
                d.tenant(),
                d.maxUploadTotalBytes(),
                d.maxPartBytes(),
                d.drainTime(),
                d.drainBytes(),
                d.maxListLimit());
        try (ApiServer other = new ApiServer(small, BatchConfig.DEFAULT)) {
            ApiClient user = other.client("key-a");
            user.postForm(
                            "/v1/files",
                            new FormBody().file("a.jsonl", new byte[1001]).text("purpose", "batch"))
                    .expectError(413, "File is too large.", "file", null);
            user.postForm(
                            "/v1/files",
                            new FormBody().file("a.jsonl", new byte[1001]).text("purpose", "user_data"))
                    .expect(200);
            user.postForm("/v1/files", new FormBody().file("a.txt", "x").text("purpose", "batch"))
                    .expectError(400, "Invalid file format for Batch API. Must be .jsonl", "file", null);
            assertThat(other.store.list("files", 10)).hasSize(1);
            for (String compressed : List.of("a.jsonl.gz", "a.jsonl.zst")) {
                user.postForm("/v1/files", new FormBody().file(compressed, "x").text("purpose", "batch"))
                        .expect(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gzip, 1f8b0800616263",
        "X-GZIP, 1f8b0800616263",
        "zstd, 28b52ffd616263",
        "identity, 7b7d0a",
        "'', 7b7d0a"
    })
    void aStatedEncodingShouldBeCheckedAndTheBytesStoredAsTheyAre(String encoding, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        String id = upload(encoding, bytes).expect(200).at("id");

        assertThat(client.get("/v1/files/" + id + "/content").expect(200).bytes())
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"gzip, 7b7d0a7b7d, gzip", "gzip, 28b52ffd61, gzip", "zstd, 1f8b080061, Zstandard", "gzip, 1f8b, gzip"})
    void bytesOfAnotherEncodingThanStatedShouldBeRefused(String encoding, String hex, String label) throws IOException {
        upload(encoding, HexFormat.of().parseHex(hex))
                .expectError(
                        400,
                        "The part 'file' has a Content-Encoding, but its bytes are not compressed with " + label + ".",
                        "file",
                        "invalid_value");
        assertThat(server.store.list("files", 10)).isEmpty();
    }

    @Test
    void anEncodingThatBatchesCannotReadShouldBeRefused() {
        for (String encoding : List.of("br", "gzip, gzip", "deflate")) {
            upload(encoding, new byte[10])
                    .expectError(
                            415,
                            "The part 'file' has an unsupported Content-Encoding. Supported are gzip and zstd.",
                            "file",
                            "unsupported_content_type");
        }
    }

    private Answer upload(String encoding, byte[] bytes) {
        String headers =
                "Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\ncontent-encoding: " + encoding;
        return client.postForm(
                "/v1/files", new FormBody().text("purpose", "batch").part(headers, bytes));
    }

    @Test
    void quotaShouldBeNamedWhenItIsUsedUp() {
        FileConfig d = ApiServer.FILES;
        FileConfig quota = new FileConfig(
                d.maxUploadBytes(),
                d.maxBatchFileBytes(),
                false,
                d.batchExpiry(),
                d.tenant().withQuotaBytes(1000),
                d.maxUploadTotalBytes(),
                d.maxPartBytes(),
                d.drainTime(),
                d.drainBytes(),
                d.maxListLimit());
        try (ApiServer other = new ApiServer(quota, BatchConfig.DEFAULT)) {
            ApiClient user = other.client("key-a");
            user.upload("batch", "a", new byte[900]);
            Answer refused = user.postForm(
                    "/v1/files", new FormBody().text("purpose", "batch").file("b", new byte[101]));
            assertThat(refused.expectError(400).get("code").asText()).isEqualTo("storage_quota_exceeded");
            assertThat(refused.text()).contains("1000 bytes");
            user.upload("batch", "b", new byte[100]);
            assertThat(other.store.list("files", 10)).hasSize(2);
            other.client("key-b").upload("batch", "a", new byte[900]);
        }
    }
}
