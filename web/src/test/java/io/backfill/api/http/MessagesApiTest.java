package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.LineError;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.Usage;
import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.results.AnswerBody;
import io.backfill.results.AnswerHead;
import io.backfill.results.ResultLine;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesApiTest {
    private static final String PATH = "/v1/messages/batches";
    private static final String PARAMS = "{\"model\":\"" + ApiServer.MODEL + "\",\"max_tokens\":8.0,\"messages\":[]}";

    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");

    @AfterEach
    void stop() {
        server.close();
    }

    private static String requests(String... customIds) {
        List<String> all = new ArrayList<>();
        for (String id : customIds) {
            all.add("{\"custom_id\":\"" + id + "\",\"params\":" + PARAMS + "}");
        }
        return "{\"requests\":[" + String.join(",", all) + "]}";
    }

    private String create(String... customIds) {
        return client.postJson(PATH, requests(customIds)).expect(200).at("id");
    }

    private static BatchId batchId(String id) {
        return BatchId.parseMessages(id).orElseThrow();
    }

    private static JsonNode refused(Answer answer, int status, String type) {
        JsonNode envelope = answer.expect(status).json();
        assertThat(envelope.get("type").asText()).isEqualTo("error");
        assertThat(envelope.at("/error/type").asText()).isEqualTo(type);
        assertThat(envelope.get("request_id").asText())
                .isEqualTo(answer.header("request-id").orElseThrow())
                .isEqualTo(answer.header("x-request-id").orElseThrow());
        return envelope.at("/error/message");
    }

    @Test
    void newBatchShouldHaveAnthropicsForm() {
        Answer created = client.postJson(
                        PATH, requests("r-1", "r-2"), "anthropic-version", "2023-06-01", "x-stainless-lang", "python")
                .expect(200);

        String id = created.at("id");
        assertThat(id).matches("msgbatch_[0-9a-f]{32}");
        JsonNode batch = created.json();
        assertThat(batch.get("type").asText()).isEqualTo("message_batch");
        assertThat(batch.get("processing_status").asText()).isEqualTo("in_progress");
        assertThat(batch.get("request_counts").toString())
                .isEqualTo("{\"processing\":2,\"succeeded\":0,\"errored\":0,\"canceled\":0,\"expired\":0}");
        assertThat(batch.get("created_at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(Duration.between(
                        java.time.Instant.parse(batch.get("created_at").asText()),
                        java.time.Instant.parse(batch.get("expires_at").asText())))
                .isEqualTo(Duration.ofDays(1));
        for (String later : List.of("ended_at", "cancel_initiated_at", "archived_at", "results_url")) {
            assertThat(batch.get(later).isNull()).as(later).isTrue();
        }
        assertThat(client.get(PATH + "/" + id).expect(200).json()).isEqualTo(batch);
        assertThat(created.header("request-id")).isPresent();
    }

    @Test
    void theSameBatchShouldBeInTheOtherDialectWithItsRequestsAsLines() {
        String id = create("r-1", "r-2");

        JsonNode batch = client.get("/v1/batches/" + batchId(id)).expect(200).json();

        assertThat(batch.get("endpoint").asText()).isEqualTo("/v1/messages");
        assertThat(batch.get("metadata").toString()).isEqualTo("{\"backfill.requests\":\"2\"}");
        assertThat(client.get("/v1/files/" + batch.get("input_file_id").asText() + "/content")
                        .expect(200)
                        .text())
                .isEqualTo(line("r-1") + line("r-2"));
    }

    private static String line(String id) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"/v1/messages\",\"body\":" + PARAMS + "}\n";
    }

    @Test
    void aBatchCreatedInTheOtherDialectShouldBeAMessageBatchIfItsEndpointIs() {
        String file = client.upload("a.jsonl", line("r-1"));
        String create = "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"}";
        String messages = client.postJson("/v1/batches", create.formatted("/v1/messages"))
                .expect(200)
                .at("id");
        String chat = client.postJson("/v1/batches", create.formatted("/v1/chat/completions"))
                .expect(200)
                .at("id");

        assertThat(client.get(PATH).expect(200).json().get("data")).hasSize(1);
        client.get(PATH + "/" + new BatchId(messages).messagesValue()).expect(200);
        String other = new BatchId(chat).messagesValue();
        for (Answer answer : List.of(
                client.get(PATH + "/" + other),
                client.post(PATH + "/" + other + "/cancel"),
                client.delete(PATH + "/" + other))) {
            assertThat(refused(answer, 404, "not_found_error").asText())
                    .isEqualTo("No message batch found with id '" + other + "'.");
        }
    }

    @Test
    void pagesShouldGoBothWays() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            server.time.advance(Duration.ofSeconds(1));
            ids.addFirst(create("r"));
        }

        assertThat(page("?limit=2")).isEqualTo(List.of(ids.get(0), ids.get(1), "true"));
        assertThat(page("?limit=2&after_id=" + ids.get(1))).isEqualTo(List.of(ids.get(2), ids.get(3), "true"));
        assertThat(page("?limit=2&after_id=" + ids.get(3))).isEqualTo(List.of(ids.get(4), "false"));
        assertThat(page("?limit=2&before_id=" + ids.get(3))).isEqualTo(List.of(ids.get(1), ids.get(2), "true"));
        assertThat(page("?limit=2&before_id=" + ids.get(1))).isEqualTo(List.of(ids.get(0), "false"));
        JsonNode empty =
                client.get(PATH + "?after_id=" + ids.get(4)).expect(200).json();
        assertThat(empty.toString()).isEqualTo("{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}");
        JsonNode all = client.get(PATH).expect(200).json();
        assertThat(all.get("first_id").asText()).isEqualTo(ids.getFirst());
        assertThat(all.get("last_id").asText()).isEqualTo(ids.getLast());
    }

    private List<String> page(String query) {
        JsonNode page = client.get(PATH + query).expect(200).json();
        List<String> ids = new ArrayList<>(StreamSupport.stream(page.get("data").spliterator(), false)
                .map(batch -> batch.get("id").asText())
                .toList());
        ids.add(page.get("has_more").asText());
        return ids;
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=1001", "limit=x", "after_id=batch_1", "before_id=x"})
    void aWrongQueryShouldBeRefused(String query) {
        refused(client.get(PATH + "?" + query), 400, "invalid_request_error");
    }

    @Test
    void bothCursorsShouldBeRefused() {
        String id = create("r");
        refused(client.get(PATH + "?after_id=" + id + "&before_id=" + id), 400, "invalid_request_error");
    }

    @Test
    void keysShouldBeAcceptedInEitherHeader() {
        try (ApiClient keyless = new ApiClient(server.base(), "")) {
            keyless.get(PATH, "x-api-key", "key-a").expect(200);
            refused(keyless.get(PATH), 401, "authentication_error");
            refused(keyless.get(PATH, "x-api-key", "wrong"), 401, "authentication_error");
            keyless.get("/v1/batches", "x-api-key", "key-a").expectError(401);
        }
        client.get(PATH, "x-api-key", "wrong").expect(200);
    }

    @Test
    void batchesOfOtherTenantsShouldNotExist() {
        String id = create("r");
        ApiClient stranger = server.client("key-b");
        String path = PATH + "/" + id;
        for (Answer answer : List.of(
                stranger.get(path),
                stranger.delete(path),
                stranger.post(path + "/cancel"),
                stranger.get(path + "/results"))) {
            assertThat(refused(answer, 404, "not_found_error").asText())
                    .isEqualTo("No message batch found with id '" + id + "'.");
        }
        assertThat(stranger.get(PATH).expect(200).json().get("data")).isEmpty();
        refused(client.get(PATH + "/msgbatch_x"), 404, "not_found_error");
        refused(client.get("/v1/messages"), 404, "not_found_error");
    }

    @Test
    void anInvalidCreateShouldLeaveNothing() {
        assertThat(refused(client.postJson(PATH, requests("r-1", "r-2", "r-1")), 400, "invalid_request_error")
                        .asText())
                .isEqualTo("requests.2.custom_id: 'r-1' is not unique in this batch");
        assertThat(refused(
                                client.postJson(PATH, requests("a").replace(ApiServer.MODEL, "gpt")),
                                400,
                                "invalid_request_error")
                        .asText())
                .isEqualTo("requests.0.params.model: the model 'gpt' does not exist");
        refused(client.postJson(PATH, requests("1", "2", "3", "4", "5", "6")), 400, "invalid_request_error");
        refused(client.postJson(PATH, requests("a") + " ".repeat(10_000)), 413, "request_too_large");
        refused(
                client.send(
                        "POST",
                        PATH,
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(
                                (requests("a") + " ".repeat(10_000)).getBytes(StandardCharsets.UTF_8)))),
                413,
                "request_too_large");
        refused(client.postJson(PATH, requests("a").replace("8.0", "1".repeat(2000))), 413, "request_too_large");
        refused(
                client.send("POST", PATH, BodyPublishers.ofString("x"), "Content-Type", "text/plain"),
                415,
                "invalid_request_error");

        assertThat(client.get("/v1/files").expect(200).json().get("data")).isEmpty();
        assertThat(server.store.list("files", 10)).isEmpty();
    }

    @Test
    void aRepeatedKeyShouldReturnTheFirstBatchAndKeepNoSecondInput() {
        String[] key = {"Idempotency-Key", "k"};
        String first = client.postJson(PATH, requests("a"), key).expect(200).at("id");

        assertThat(client.postJson(PATH, requests("a"), key).expect(200).at("id"))
                .isEqualTo(first);
        refused(client.postJson(PATH, requests("b"), key), 409, "invalid_request_error");

        assertThat(client.get("/v1/files").expect(200).json().get("data")).hasSize(1);
    }

    @Test
    void cancelBeforeThePlanShouldCancelEveryRequest() {
        String id = create("a", "b");
        server.time.advance(Duration.ofSeconds(5));
        JsonNode canceling =
                client.post(PATH + "/" + id + "/cancel").expect(200).json();
        assertThat(canceling.get("processing_status").asText()).isEqualTo("canceling");
        assertThat(canceling.get("cancel_initiated_at").isTextual()).isTrue();
        assertThat(canceling.at("/request_counts/processing").asInt()).isEqualTo(2);
        refused(client.get(PATH + "/" + id + "/results"), 409, "invalid_request_error");
        refused(client.delete(PATH + "/" + id), 409, "invalid_request_error");
        server.lifecycle.applyAsOwner(batchId(id), 0, new BatchEvent.EndedUnplanned(), List.of());

        JsonNode ended = client.get(PATH + "/" + id).expect(200).json();

        assertThat(ended.get("processing_status").asText()).isEqualTo("ended");
        assertThat(ended.get("ended_at").isTextual()).isTrue();
        assertThat(ended.get("request_counts").toString())
                .isEqualTo("{\"processing\":0,\"succeeded\":0,\"errored\":0,\"canceled\":2,\"expired\":0}");
        assertThat(client.get(PATH + "/" + id + "/results").expect(200).text())
                .isEqualTo("{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
                        + "{\"custom_id\":\"b\",\"result\":{\"type\":\"canceled\"}}\n");
    }

    @Test
    void aRefusedBatchShouldHaveAnErrorForEveryRequest() {
        String id = create("a");
        server.lifecycle.applyAsOwner(
                batchId(id),
                0,
                new BatchEvent.Refused(List.of(LineError.ofLine(1, "model_not_found", "It is gone.", "body.model"))),
                List.of());

        assertThat(client.get(PATH + "/" + id)
                        .expect(200)
                        .json()
                        .at("/request_counts/errored")
                        .asInt())
                .isEqualTo(1);
        assertThat(client.get(PATH + "/" + id + "/results").expect(200).text())
                .isEqualTo(
                        "{\"custom_id\":\"a\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\",\"error\":"
                                + "{\"type\":\"invalid_request_error\",\"message\":\"It is gone.\"},\"request_id\":null}}}\n");
    }

    @Test
    void resultsShouldBeAtTheirUrlAndGoWithTheBatch() throws IOException {
        String id = create("a", "b", "c");
        ResultFiles files = complete(batchId(id));

        JsonNode ended = client.get(PATH + "/" + id, "X-Forwarded-Proto", "https")
                .expect(200)
                .json();

        assertThat(ended.get("request_counts").toString())
                .isEqualTo("{\"processing\":0,\"succeeded\":1,\"errored\":1,\"canceled\":0,\"expired\":1}");
        assertThat(ended.get("results_url").asText())
                .isEqualTo("https://" + server.base().getAuthority() + PATH + "/" + id + "/results");
        String url = client.get(PATH + "/" + id).expect(200).at("results_url");
        assertThat(url).startsWith(server.base().toString());
        Answer results =
                client.get(url.substring(server.base().toString().length())).expect(200);
        assertThat(results.text())
                .isEqualTo(
                        "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\",\"message\":{\"type\":\"message\"}}}\n"
                                + "{\"custom_id\":\"b\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\",\"error\":"
                                + "{\"type\":\"api_error\",\"message\":\"no\"},\"request_id\":null}}}\n"
                                + "{\"custom_id\":\"c\",\"result\":{\"type\":\"expired\"}}\n");
        assertThat(results.header("content-type")).contains("application/x-jsonl");
        assertThat(client.send("HEAD", PATH + "/" + id + "/results", BodyPublishers.noBody())
                        .expect(200)
                        .bytes())
                .isEmpty();

        assertThat(client.delete(PATH + "/" + id).expect(200).text())
                .isEqualTo("{\"id\":\"" + id + "\",\"type\":\"message_batch_deleted\"}\n");
        refused(client.delete(PATH + "/" + id), 404, "not_found_error");
        client.get("/v1/files/" + files.output()).expectError(404);
        assertThat(client.get("/v1/files").expect(200).json().get("data")).isEmpty();
    }

    @Test
    void aDeletedResultFileShouldBeNotFound() throws IOException {
        String id = create("a", "b", "c");
        client.delete("/v1/files/" + complete(batchId(id)).errors()).expect(200);
        refused(client.get(PATH + "/" + id + "/results"), 404, "not_found_error");
    }

    /** Ends a batch of three requests: one succeeded, one failed, and one never ran. */
    private ResultFiles complete(BatchId id) throws IOException {
        Batch batch = server.batches.find(id).orElseThrow();
        FileId output = SeededIds.file(901);
        FileId errors = SeededIds.file(902);
        ResultFiles reserved = ResultFiles.reserved(output, errors);
        server.lifecycle.applyAsOwner(id, 0, new BatchEvent.Planned(3, Optional.empty()), List.of());
        server.lifecycle.applyAsOwner(id, 0, new BatchEvent.AssemblyBegun(reserved, false), List.of());
        byte[] succeeded = ResultLine.answered(
                        id,
                        1,
                        "\"a\"".getBytes(StandardCharsets.UTF_8),
                        200,
                        "req",
                        AnswerBody.of(
                                new io.backfill.answers.Answer.InMemory(
                                        "{\"type\":\"message\"}".getBytes(StandardCharsets.UTF_8)),
                                new AnswerHead(200, "application/json", Optional.empty())))
                .bytes();
        String failed = text(ResultLine.failed(id, 2, "\"b\"".getBytes(StandardCharsets.UTF_8), "server_error", "no"))
                + text(ResultLine.failed(id, 3, "\"c\"".getBytes(StandardCharsets.UTF_8), "batch_expired", "late"));
        List<StoredFile> files = List.of(
                stored(batch, output, FilePurpose.BATCH_OUTPUT, succeeded),
                stored(batch, errors, FilePurpose.BATCH_OUTPUT, failed.getBytes(StandardCharsets.UTF_8)));
        ResultFiles made = reserved.made(true, true);
        server.lifecycle.applyAsOwner(
                id, 0, new BatchEvent.Assembled(new RequestCounts(3, 1, 1), Optional.of(Usage.NONE), made), files);
        return made;
    }

    private static String text(ResultLine line) {
        return new String(line.bytes(), StandardCharsets.UTF_8);
    }

    private StoredFile stored(Batch batch, FileId id, FilePurpose purpose, byte[] bytes) throws IOException {
        server.store.put(StoredFile.key(id), new ByteArrayInputStream(bytes), Long.MAX_VALUE);
        return new StoredFile(
                id, batch.tenant(), "out.jsonl", purpose, bytes.length, server.time.instant(), Optional.empty());
    }
}
