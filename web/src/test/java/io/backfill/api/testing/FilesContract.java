package io.backfill.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@code /v1/files}. Both users must be new to the server, or have no data there. */
public interface FilesContract {
    String LINE =
            "{\"custom_id\":\"r-1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n";

    ApiClient client();

    /** Returns a client of another tenant. */
    ApiClient stranger();

    /** Returns the maximum size of a file. */
    long maxUploadBytes();

    private Answer upload(FormBody form) {
        return client().postForm("/v1/files", form);
    }

    private static FormBody batchForm() {
        return new FormBody().text("purpose", "batch").file("a.jsonl", LINE);
    }

    private byte[] content(String id) {
        return client().get("/v1/files/" + id + "/content").expect(200).bytes();
    }

    @Test
    default void uploadShouldNotCareWhetherTheFileComesFirstOrLast() {
        Answer last = upload(new FormBody()
                        .text("purpose", "batch")
                        .text("expires_after[anchor]", "created_at")
                        .text("expires_after[seconds]", "7200")
                        .file("a.jsonl", LINE))
                .expect(200);
        Answer first = upload(new FormBody()
                        .file("a.jsonl", LINE)
                        .text("purpose", "batch")
                        .text("expires_after[anchor]", "created_at")
                        .text("expires_after[seconds]", "7200"))
                .expect(200);
        for (String member : List.of("object", "bytes", "filename", "purpose", "status", "status_details")) {
            assertThat(first.at(member)).isEqualTo(last.at(member));
        }
        for (Answer answer : List.of(first, last)) {
            assertThat(answer.json().get("expires_at").asLong()
                            - answer.json().get("created_at").asLong())
                    .isEqualTo(7200);
        }
    }

    @Test
    default void uploadInChunksShouldBeTaken() {
        Answer answer = client().postFormChunked("/v1/files", batchForm()).expect(200);
        assertThat(answer.json().get("bytes").asLong()).isEqualTo(LINE.length());
    }

    @Test
    default void uploadInChunksShouldBeTakenUpToTheLimitAndRefusedOneByteBeyond() {
        byte[] exactly = new byte[Math.toIntExact(maxUploadBytes())];
        byte[] beyond = new byte[exactly.length + 1];
        client().postFormChunked(
                        "/v1/files", new FormBody().text("purpose", "user_data").file("a.bin", exactly))
                .expect(200);
        client().postFormChunked(
                        "/v1/files", new FormBody().text("purpose", "user_data").file("a.bin", beyond))
                .expectError(413, "File is too large.", "file", null);
        client().postForm(
                        "/v1/files", new FormBody().text("purpose", "user_data").file("a.bin", beyond))
                .expectError(413, "File is too large.", "file", null);
    }

    @Test
    default void fileWithoutFilenameShouldBeTaken() {
        Answer answer = upload(new FormBody()
                        .part(
                                "Content-Disposition: form-data; name=\"file\"\r\nContent-Type: application/octet-stream",
                                LINE.getBytes(StandardCharsets.UTF_8))
                        .part(
                                "Content-Disposition: form-data; name=\"purpose\"\r\nContent-Type: text/plain; charset=utf-8",
                                "batch".getBytes(StandardCharsets.UTF_8)))
                .expect(200);
        assertThat(answer.at("filename")).isEqualTo("upload");
        assertThat(new String(content(answer.at("id")), StandardCharsets.UTF_8)).isEqualTo(LINE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"übung %22x%22 测试.jsonl", "übung \\\"x\\\" 测试.jsonl"})
    default void filenameShouldComeBackAsItWasMeant(String escaped) {
        Answer answer = upload(new FormBody().text("purpose", "batch").file(escaped, LINE))
                .expect(200);
        assertThat(answer.at("filename")).isEqualTo("übung \"x\" 测试.jsonl");
        Answer content =
                client().get("/v1/files/" + answer.at("id") + "/content").expect(200);
        assertThat(content.header("content-disposition"))
                .contains("attachment; filename=\"_bung _x_ __.jsonl\";"
                        + " filename*=UTF-8''%C3%BCbung%20%22x%22%20%E6%B5%8B%E8%AF%95.jsonl");
    }

    @ParameterizedTest
    @CsvSource({
        "../../etc/passwd, passwd",
        "C:\\dir\\a.jsonl, a.jsonl",
        "C:\\\\dir\\\\a.jsonl, a.jsonl",
        "/a/b/, upload",
        ".., upload"
    })
    default void filenameShouldLoseItsFolders(String sent, String kept) {
        assertThat(upload(new FormBody().text("purpose", "batch").file(sent, LINE))
                        .expect(200)
                        .at("filename"))
                .isEqualTo(kept);
    }

    @Test
    default void fileShouldHaveAllNineKeys() {
        Answer answer = upload(batchForm()).expect(200);
        List<String> members = new ArrayList<>();
        answer.json().fieldNames().forEachRemaining(members::add);
        assertThat(members)
                .containsExactlyInAnyOrder(
                        "id",
                        "object",
                        "bytes",
                        "created_at",
                        "expires_at",
                        "filename",
                        "purpose",
                        "status",
                        "status_details");
        assertThat(answer.at("object")).isEqualTo("file");
        assertThat(answer.at("status")).isEqualTo("processed");
        assertThat(answer.json().get("status_details").isNull()).isTrue();
        assertThat(answer.json().get("bytes").isIntegralNumber()).isTrue();
        assertThat(answer.json().get("bytes").asLong()).isEqualTo(LINE.length());
        assertThat(answer.json().get("created_at").isIntegralNumber()).isTrue();
        assertThat(answer.text()).endsWith("}\n");
        assertThat(client().get("/v1/files/" + answer.at("id")).expect(200).json())
                .isEqualTo(answer.json());
    }

    @Test
    default void batchFileShouldLiveThirtyDaysAndOthersForEver() {
        JsonNode batch = upload(batchForm()).expect(200).json();
        assertThat(batch.get("expires_at").asLong() - batch.get("created_at").asLong())
                .isEqualTo(2_592_000);
        JsonNode other = upload(new FormBody().text("purpose", "user_data").file("a", LINE))
                .json();
        assertThat(other.get("expires_at").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "3600, 200, ",
        "2592000, 200, ",
        "3599, 400, integer_below_min_value",
        "2592001, 400, integer_above_max_value"
    })
    default void lifeShouldBeFromAnHourToThirtyDays(String seconds, int status, String code) {
        Answer answer =
                upload(batchForm().text("expires_after[anchor]", "created_at").text("expires_after[seconds]", seconds));
        if (status == 200) {
            answer.expect(200);
        } else {
            JsonNode error = answer.expectError(400);
            assertThat(error.get("code").asText()).isEqualTo(code);
            assertThat(error.get("param").asText()).isEqualTo("expires_after.seconds");
        }
    }

    @Test
    default void lifeShouldNeedTheOneAnchorAndSeconds() {
        upload(batchForm().text("expires_after[anchor]", "x").text("expires_after[seconds]", "3600"))
                .expectError(
                        400,
                        "Invalid value: 'x'. Supported values are: 'created_at'.",
                        "expires_after.anchor",
                        "invalid_value");
        upload(batchForm().text("expires_after[anchor]", "created_at"))
                .expectError(
                        400,
                        "Missing required parameter: 'expires_after.seconds'.",
                        "expires_after.seconds",
                        "missing_required_parameter");
        upload(batchForm().text("expires_after[seconds]", "3600"))
                .expectError(
                        400,
                        "Missing required parameter: 'expires_after.anchor'.",
                        "expires_after.anchor",
                        "missing_required_parameter");
        upload(batchForm().text("expires_after[anchor]", "created_at").text("expires_after[seconds]", "10"))
                .expectError(
                        400,
                        "Invalid 'expires_after.seconds': integer below minimum value."
                                + " Expected a value >= 3600, but got 10 instead.",
                        "expires_after.seconds",
                        "integer_below_min_value");
    }

    @Test
    default void formWithoutPurposeOrFileShouldBeRefused() {
        upload(new FormBody().file("a.jsonl", LINE))
                .expectError(400, "'purpose' is a required property", "purpose", null);
        upload(new FormBody().text("purpose", "batch")).expectError(400, "'file' is a required property", "file", null);
        upload(new FormBody().text("purpose", "x").file("a.jsonl", LINE))
                .expectError(
                        400,
                        "'x' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'",
                        "purpose",
                        "invalid_value");
        upload(new FormBody().text("purpose", "batch").file("a.jsonl", "")).expectError(400);
        upload(batchForm().file("b.jsonl", LINE)).expectError(400);
    }

    @Test
    default void bodyThatIsNoFormShouldBeRefused() {
        client().postJson("/v1/files", "{\"purpose\":\"batch\"}")
                .expectError(400, "Invalid multipart form data.", null, null);
        client().post("/v1/files").expectError(400, "Invalid multipart form data.", null, null);
        client().send(
                        "POST",
                        "/v1/files",
                        BodyPublishers.ofByteArray(batchForm().open()),
                        "Content-Type",
                        new FormBody().contentType())
                .expectError(400, "Invalid multipart form data.", null, null);
        client().send(
                        "POST",
                        "/v1/files",
                        BodyPublishers.ofByteArray(batchForm().closed()),
                        "Content-Type",
                        "multipart/form-data")
                .expectError(400, "Invalid multipart form data.", null, null);
    }

    @Test
    default void refusedFormsShouldLeaveNothing() {
        upload(new FormBody().file("a.jsonl", LINE)).expectError(400);
        upload(batchForm().file("b.jsonl", LINE)).expectError(400);
        assertThat(client().get("/v1/files").expect(200).json().get("data")).isEmpty();
    }

    @Test
    default void unknownPartsShouldBeIgnoredAndTheLastOfTwoTextsCount() {
        Answer answer = upload(new FormBody()
                        .text("custom_llm_provider", "openai")
                        .text("purpose", "user_data")
                        .file("a.jsonl", LINE)
                        .part("Content-Disposition: form-data; name=\"more\"; filename=\"b\"", new byte[100_000])
                        .text("purpose", " batch "))
                .expect(200);
        assertThat(answer.at("purpose")).isEqualTo("batch");
    }

    @Test
    default void contentShouldBeTheBytesThatWereSent() {
        byte[] random = new byte[300_000];
        new Random(7).nextBytes(random);
        List<byte[]> contents = List.of(
                random,
                "öäü 测试 🙂\n".getBytes(StandardCharsets.UTF_8),
                "no newline at the end".getBytes(StandardCharsets.UTF_8),
                "\r\n--0123456789abcdef0123456789abcde".getBytes(StandardCharsets.UTF_8));
        for (byte[] content : contents) {
            String id = client().upload("user_data", "a.bin", content);
            Answer answer = client().get("/v1/files/" + id + "/content").expect(200);
            assertThat(answer.bytes()).isEqualTo(content);
            assertThat(answer.header("content-type")).contains("application/octet-stream");
            assertThat(answer.header("content-length")).contains(String.valueOf(content.length));
            assertThat(answer.header("content-encoding")).isEmpty();
        }
    }

    @Test
    default void contentShouldNotBeNegotiated() {
        String id = client().upload("a.jsonl", LINE);
        for (String accept : List.of("application/binary", "text/html;q=0.1", "no media type, at all")) {
            Answer answer = client().get("/v1/files/" + id + "/content", "Accept", accept)
                    .expect(200);
            assertThat(answer.text()).isEqualTo(LINE);
            client().get("/v1/files/file-unknown/content", "Accept", accept)
                    .expectError(404, "No such File object: file-unknown", "id", null);
        }
    }

    @Test
    default void rangesOfContentShouldBeServed() {
        String id = client().upload("user_data", "a.txt", "0123456789".getBytes(StandardCharsets.UTF_8));
        String path = "/v1/files/" + id + "/content";
        Answer middle = client().get(path, "Range", "bytes=2-4").expect(206);
        assertThat(middle.text()).isEqualTo("234");
        assertThat(middle.header("content-range")).contains("bytes 2-4/10");
        assertThat(client().get(path, "Range", "bytes=-3").expect(206).text()).isEqualTo("789");
        assertThat(client().get(path, "Range", "bytes=8-").expect(206).text()).isEqualTo("89");
        assertThat(client().get(path, "Range", "bytes=0-1,3-4").expect(200).text())
                .isEqualTo("0123456789");
        assertThat(client().get(path, "Range", "bytes=10-").expect(416).header("content-range"))
                .contains("bytes */10");
        assertThat(client().send("HEAD", path, BodyPublishers.noBody(), "Range", "bytes=10-")
                        .expect(416)
                        .header("content-range"))
                .contains("bytes */10");
        String tag = middle.header("etag").orElseThrow();
        assertThat(client().get(path, "Range", "bytes=0-1", "If-Range", tag)
                        .expect(206)
                        .text())
                .isEqualTo("01");
        assertThat(client().get(path, "Range", "bytes=0-1", "If-Range", "\"other\"")
                        .expect(200)
                        .text())
                .isEqualTo("0123456789");
    }

    @Test
    default void contentShouldBeSentOnlyWhereItsConditionsHold() {
        String id = client().upload("user_data", "a", "0123456789".getBytes(StandardCharsets.UTF_8));
        String path = "/v1/files/" + id + "/content";
        String tag = client().get(path).expect(200).header("etag").orElseThrow();
        for (String same : List.of(tag, "*", "\"other\", " + tag, "W/" + tag)) {
            Answer unchanged = client().get(path, "If-None-Match", same).expect(304);
            assertThat(unchanged.bytes()).isEmpty();
            assertThat(unchanged.header("etag")).contains(tag);
            client().send("HEAD", path, BodyPublishers.noBody(), "If-None-Match", same)
                    .expect(304);
            client().get(path, "If-None-Match", same, "Range", "bytes=0-1").expect(304);
        }
        client().get(path, "If-None-Match", "\"other\"").expect(200);
        client().get(path, "If-None-Match", "nonsense").expect(200);
        for (String same : List.of(tag, "*", "\"other\"," + tag)) {
            client().get(path, "If-Match", same).expect(200);
            client().get(path, "If-Match", same, "Range", "bytes=0-1").expect(206);
        }
        for (String other : List.of("\"other\"", "W/" + tag, "\"a\", \"b\"")) {
            client().get(path, "If-Match", other).expectError(412);
            client().send("HEAD", path, BodyPublishers.noBody(), "If-Match", other)
                    .expect(412);
        }
    }

    @Test
    default void headOfContentShouldTellItsLength() {
        String id = client().upload("a.jsonl", LINE);
        Answer head = client().send("HEAD", "/v1/files/" + id + "/content", BodyPublishers.noBody())
                .expect(200);
        assertThat(head.header("content-length")).contains(String.valueOf(LINE.length()));
        assertThat(head.bytes()).isEmpty();
        assertThat(client().send("HEAD", "/v1/files/" + id, BodyPublishers.noBody())
                        .expect(200)
                        .bytes())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file-abc",
                "file-00000000000000000000000000000000",
                "batch_0",
                "%20",
                "a%2Fb",
                "..;x",
                "%F0%9F%99%82",
                "a+b"
            })
    default void unknownFileShouldBeA404WhateverItsName(String id) {
        client().get("/v1/files/" + id).expectError(404);
        client().get("/v1/files/" + id + "/content").expectError(404);
        client().delete("/v1/files/" + id).expectError(404);
    }

    @Test
    default void unknownFileShouldBeNamed() {
        client().get("/v1/files/file-abc").expectError(404, "No such File object: file-abc", "id", null);
        client().get("/v1/files/file-abc/content").expectError(404, "No such File object: file-abc", "id", null);
        client().delete("/v1/files/file-abc").expectError(404, "No such File object: file-abc", "id", null);
    }

    @Test
    default void deleteShouldAnswerOnceAndThenKnowNothing() {
        String id = client().upload("a.jsonl", LINE);
        assertThat(client().delete("/v1/files/" + id, "Content-Type", "application/json")
                        .expect(200)
                        .text())
                .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"file\",\"deleted\":true}\n");
        String message = "No such File object: " + id;
        client().get("/v1/files/" + id).expectError(404, message, "id", null);
        client().get("/v1/files/" + id + "/content").expectError(404, message, "id", null);
        client().delete("/v1/files/" + id).expectError(404, message, "id", null);
    }

    private List<String> ids(String query) {
        List<String> ids = new ArrayList<>();
        client().get("/v1/files" + query)
                .expect(200)
                .json()
                .get("data")
                .forEach(file -> ids.add(file.get("id").asText()));
        return ids;
    }

    private List<String> uploadSome(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(client().upload(i + ".jsonl", LINE));
        }
        return ids;
    }

    @Test
    default void listShouldBeNewestFirstAndAscendingItsReverse() {
        List<String> ids = uploadSome(5);
        assertThat(ids("?order=asc")).isEqualTo(ids);
        Collections.reverse(ids);
        assertThat(ids("")).isEqualTo(ids);
        assertThat(ids("?order=desc&unknown=1")).isEqualTo(ids);
    }

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    default void pagesOfOneShouldVisitEachFileOnce(String order) {
        List<String> ids = uploadSome(5);
        if (order.equals("desc")) {
            Collections.reverse(ids);
        }
        List<String> visited = new ArrayList<>();
        String query = "?limit=1&order=" + order;
        for (boolean more = true; more; ) {
            JsonNode page = client().get("/v1/files" + query).expect(200).json();
            assertThat(page.get("data")).hasSize(1);
            String id = page.get("data").get(0).get("id").asText();
            assertThat(page.get("first_id").asText()).isEqualTo(id);
            assertThat(page.get("last_id").asText()).isEqualTo(id);
            visited.add(id);
            more = page.get("has_more").asBoolean();
            query = "?limit=1&order=" + order + "&after=" + id;
        }
        assertThat(visited).isEqualTo(ids);
        assertThat(ids(query)).isEmpty();
    }

    @Test
    default void emptyListShouldHaveEmptyIds() {
        assertThat(client().get("/v1/files").expect(200).text())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":\"\",\"last_id\":\"\",\"has_more\":false}\n");
    }

    @Test
    default void deletingWhilePagingShouldVisitAll() {
        List<String> ids = uploadSome(4);
        Collections.reverse(ids);
        List<String> visited = new ArrayList<>();
        for (List<String> page = ids("?limit=1"); !page.isEmpty(); page = ids("?limit=1&after=" + visited.getLast())) {
            visited.addAll(page);
            client().delete("/v1/files/" + page.getFirst()).expect(200);
        }
        assertThat(visited).isEqualTo(ids);
        assertThat(ids("")).isEmpty();
    }

    @Test
    default void listShouldBeFilteredByPurpose() {
        String batch = client().upload("a.jsonl", LINE);
        String data = client().upload("user_data", "b", new byte[] {1});
        assertThat(ids("?purpose=batch")).containsExactly(batch);
        assertThat(ids("?purpose=user_data")).containsExactly(data);
        assertThat(ids("?purpose=batch_output")).isEmpty();
        assertThat(ids("?purpose=anything")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit, integer_below_min_value",
        "limit=10001, limit, integer_above_max_value",
        "limit=99999999999999999999, limit, integer_above_max_value",
        "limit=abc, limit, invalid_type",
        "order=up, order, invalid_value",
        "after=nothing, after, invalid_value",
        "after=batch_0, after, invalid_value"
    })
    default void badQueryShouldBeRefused(String query, String param, String code) {
        JsonNode error = client().get("/v1/files?" + query).expectError(400);
        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("code").asText()).isEqualTo(code);
    }

    @Test
    default void limitShouldBeRefusedInOpenAisWords() {
        client().get("/v1/files?limit=10001")
                .expectError(
                        400,
                        "Invalid 'limit': integer above maximum value. Expected a value <= 10000, but got 10001 instead.",
                        "limit",
                        "integer_above_max_value");
        client().get("/v1/files?order=x")
                .expectError(
                        400, "Invalid value: 'x'. Supported values are: 'asc' and 'desc'.", "order", "invalid_value");
    }

    @Test
    default void anotherTenantsFileShouldBeAsAbsentAsAnUnknownOne() {
        String id = client().upload("a.jsonl", LINE);
        String message = "No such File object: " + id;
        stranger().get("/v1/files/" + id).expectError(404, message, "id", null);
        stranger().get("/v1/files/" + id + "/content").expectError(404, message, "id", null);
        stranger().delete("/v1/files/" + id).expectError(404, message, "id", null);
        assertThat(stranger().get("/v1/files").expect(200).json().get("data")).isEmpty();
        client().get("/v1/files/" + id).expect(200);
    }
}
