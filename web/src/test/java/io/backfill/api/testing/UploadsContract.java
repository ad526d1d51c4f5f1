package io.backfill.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@code /v1/uploads}. */
public interface UploadsContract {
    ApiClient client();

    /** Returns a client of another tenant. */
    ApiClient stranger();

    /** Returns the maximum size of a part. */
    long maxPartBytes();

    private static String request(int bytes) {
        return "{\"filename\":\"dir/big.jsonl\",\"purpose\":\"batch\",\"bytes\":" + bytes
                + ",\"mime_type\":\"application/jsonl\"}";
    }

    private String create(int bytes) {
        return client().postJson("/v1/uploads", request(bytes)).expect(200).at("id");
    }

    private Answer part(String upload, byte[] content) {
        return client().postForm(
                        "/v1/uploads/" + upload + "/parts",
                        new FormBody().part("Content-Disposition: form-data; name=\"data\"", content));
    }

    private String part(String upload, String content) {
        return part(upload, content.getBytes(StandardCharsets.UTF_8))
                .expect(200)
                .at("id");
    }

    private Answer complete(String upload, String... parts) {
        return client().postJson("/v1/uploads/" + upload + "/complete", "{\"part_ids\":[" + quoted(parts) + "]}");
    }

    private static String quoted(String... texts) {
        List<String> quoted = new ArrayList<>();
        for (String text : texts) {
            quoted.add("\"" + text + "\"");
        }
        return String.join(",", quoted);
    }

    @Test
    default void newUploadShouldBePendingForAnHour() {
        JsonNode upload =
                client().postJson("/v1/uploads", request(10)).expect(200).json();
        List<String> members = new ArrayList<>();
        upload.fieldNames().forEachRemaining(members::add);
        assertThat(members)
                .containsExactlyInAnyOrder(
                        "id", "object", "bytes", "created_at", "expires_at", "filename", "purpose", "status", "file");
        assertThat(upload.get("object").asText()).isEqualTo("upload");
        assertThat(upload.get("status").asText()).isEqualTo("pending");
        assertThat(upload.get("filename").asText()).isEqualTo("big.jsonl");
        assertThat(upload.get("bytes").asInt()).isEqualTo(10);
        assertThat(upload.get("file").isNull()).isTrue();
        assertThat(upload.get("expires_at").asLong() - upload.get("created_at").asLong())
                .isEqualTo(3600);
    }

    @Test
    default void partsSentTogetherShouldBeJoinedInTheChosenOrder() {
        String upload = create(9);
        List<CompletableFuture<String>> parts = List.of(
                CompletableFuture.supplyAsync(() -> part(upload, "aaa")),
                CompletableFuture.supplyAsync(() -> part(upload, "bbb")),
                CompletableFuture.supplyAsync(() -> part(upload, "ccc")));
        List<String> ids = parts.stream().map(CompletableFuture::join).toList();
        JsonNode completed =
                complete(upload, ids.get(2), ids.get(0), ids.get(1)).expect(200).json();
        assertThat(completed.get("status").asText()).isEqualTo("completed");
        JsonNode file = completed.get("file");
        assertThat(file.get("status").asText()).isEqualTo("processed");
        assertThat(file.get("bytes").asInt()).isEqualTo(9);
        assertThat(file.get("filename").asText()).isEqualTo("big.jsonl");
        String content = "/v1/files/" + file.get("id").asText() + "/content";
        assertThat(client().get(content).expect(200).text()).isEqualTo("cccaaabbb");
        stranger().get(content).expectError(404);
    }

    @Test
    default void partShouldTellItsUpload() {
        String upload = create(3);
        JsonNode part = part(upload, new byte[3]).expect(200).json();
        assertThat(part.get("object").asText()).isEqualTo("upload.part");
        assertThat(part.get("upload_id").asText()).isEqualTo(upload);
        assertThat(part.get("id").asText()).startsWith("part_");
        assertThat(part.get("created_at").isIntegralNumber()).isTrue();
    }

    @Test
    default void partsThatDoNotAddUpShouldLeaveTheUploadPending() {
        String upload = create(6);
        String a = part(upload, "aaa");
        String b = part(upload, "bbb");
        complete(upload, a).expectError(400);
        complete(upload, a, a).expectError(400);
        complete(upload).expectError(400);
        complete(upload, a, "part_" + "0".repeat(32)).expectError(400);
        complete(upload, a, "nonsense").expectError(400);
        String other = create(3);
        complete(upload, a, part(other, "ccc")).expectError(400);
        complete(upload, a, b).expect(200);
    }

    @Test
    default void wrongDigestShouldLeaveTheUploadPending() throws Exception {
        String upload = create(3);
        String part = part(upload, "aaa");
        String path = "/v1/uploads/" + upload + "/complete";
        String right = HexFormat.of()
                .formatHex(MessageDigest.getInstance("MD5").digest("aaa".getBytes(StandardCharsets.UTF_8)));
        client().postJson(path, "{\"part_ids\":[\"" + part + "\"],\"md5\":\"" + "0".repeat(32) + "\"}")
                .expectError(400);
        client().postJson(path, "{\"part_ids\":[\"" + part + "\"],\"md5\":\"" + right + "\"}")
                .expect(200);
    }

    @Test
    default void completeShouldGiveTheSameFileAgain() {
        String upload = create(3);
        String part = part(upload, "aaa");
        Answer first = complete(upload, part).expect(200);
        assertThat(complete(upload, part).expect(200).json()).isEqualTo(first.json());
        assertThat(client().get("/v1/files").expect(200).json().get("data")).hasSize(1);
    }

    @Test
    default void endedUploadShouldTakeNoPart() {
        String completed = create(3);
        complete(completed, part(completed, "aaa")).expect(200);
        assertThat(part(completed, new byte[1]).expectError(409).get("message").asText())
                .contains("completed");
        client().post("/v1/uploads/" + completed + "/cancel").expectError(409);

        String cancelled = create(3);
        String part = part(cancelled, "aaa");
        Answer answer = client().post("/v1/uploads/" + cancelled + "/cancel").expect(200);
        assertThat(answer.at("status")).isEqualTo("cancelled");
        assertThat(client().post("/v1/uploads/" + cancelled + "/cancel")
                        .expect(200)
                        .at("status"))
                .isEqualTo("cancelled");
        part(cancelled, new byte[1]).expectError(409);
        complete(cancelled, part).expectError(409);
        assertThat(complete(cancelled, part).header("x-should-retry")).contains("false");
    }

    @Test
    default void partShouldBeRefusedBeyondItsLimit() {
        int max = Math.toIntExact(maxPartBytes());
        String upload = create(2 * max + 1);
        part(upload, new byte[max]).expect(200);
        // the upload itself has room for the part
        part(upload, new byte[max + 1]).expectError(413, "File is too large.", "data", null);
    }

    @Test
    default void formWithoutDataShouldBeRefused() {
        client().postForm("/v1/uploads/" + create(3) + "/parts", new FormBody().text("other", "x"))
                .expectError(400, "'data' is a required property", "data", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"filename", "purpose", "bytes", "mime_type"})
    default void eachMemberShouldBeRequired(String member) {
        String renamed = request(3).replace("\"" + member + "\"", "\"other\"");
        client().postJson("/v1/uploads", renamed)
                .expectError(
                        400, "Missing required parameter: '" + member + "'.", member, "missing_required_parameter");
    }

    @ParameterizedTest
    @CsvSource({
        "3, \"3\", bytes, invalid_type",
        "3, 3.5, bytes, invalid_type",
        "3, 0, bytes, integer_below_min_value",
        "3, 8589934593, bytes, integer_above_max_value",
        "\"batch\", \"x\", purpose, invalid_value"
    })
    default void badMembersShouldBeRefused(String good, String bad, String param, String code) {
        JsonNode error = client().postJson("/v1/uploads", request(3).replace(":" + good, ":" + bad))
                .expectError(400);
        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("code").asText()).isEqualTo(code);
    }

    @Test
    default void lifeOfTheFileShouldBeAsAsked() {
        String asked = request(3).replace("}", ",\"expires_after\":{\"anchor\":\"created_at\",\"seconds\":3600}}");
        String upload = client().postJson("/v1/uploads", asked).expect(200).at("id");
        JsonNode file = complete(upload, part(upload, "aaa")).expect(200).json().get("file");
        assertThat(file.get("expires_at").asLong() - file.get("created_at").asLong())
                .isEqualTo(3600);
    }

    @Test
    default void anotherTenantsUploadShouldBeAsAbsentAsAnUnknownOne() {
        String upload = create(3);
        String message = "No such Upload object: " + upload;
        stranger().post("/v1/uploads/" + upload + "/cancel").expectError(404, message, "id", null);
        stranger()
                .postJson("/v1/uploads/" + upload + "/complete", "{\"part_ids\":[]}")
                .expectError(404, message, "id", null);
        stranger()
                .postForm(
                        "/v1/uploads/" + upload + "/parts",
                        new FormBody().part("Content-Disposition: form-data; name=\"data\"", new byte[1]))
                .expectError(404, message, "id", null);
        client().post("/v1/uploads/upload_x/cancel").expectError(404, "No such Upload object: upload_x", "id", null);
    }
}
