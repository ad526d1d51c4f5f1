package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.BatchesContract;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.LineError;
import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchesApiTest implements BatchesContract {
    private static final String CREATE =
            "{\"input_file_id\":\"" + INPUT + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";

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

    @Test
    void cancelShouldBeAcceptedAgainAndAgain() {
        String id = client.postJson("/v1/batches", CREATE).expect(200).at("id");
        Answer first = client.post("/v1/batches/" + id + "/cancel").expect(200);
        assertThat(first.at("status")).isEqualTo("cancelling");
        assertThat(first.json().get("cancelling_at").isIntegralNumber()).isTrue();
        server.time.advance(Duration.ofSeconds(5));
        assertThat(client.postJson("/v1/batches/" + id + "/cancel", "")
                        .expect(200)
                        .json())
                .isEqualTo(first.json());
    }

    @Test
    void cancelOfAnEndedBatchShouldBeAConflictThatNobodyRetries() {
        String id = client.postJson("/v1/batches", CREATE).expect(200).at("id");
        server.lifecycle.applyAsOwner(
                new BatchId(id),
                0,
                new BatchEvent.Refused(List.of(
                        LineError.ofFile("invalid_request", "Cannot find file", "file_id"),
                        LineError.ofLine(3, "invalid_json_line", "This line is not parseable as valid JSON.", ""))),
                List.of());
        Answer answer = client.post("/v1/batches/" + id + "/cancel");
        answer.expectError(409, "Cannot cancel a batch with status 'failed'.", null, null);
        assertThat(answer.header("x-should-retry")).contains("false");
        JsonNode batch = client.get("/v1/batches/" + id).expect(200).json();
        assertThat(batch.get("errors").toString())
                .isEqualTo("{\"object\":\"list\",\"data\":["
                        + "{\"code\":\"invalid_request\",\"message\":\"Cannot find file\",\"param\":\"file_id\",\"line\":null},"
                        + "{\"code\":\"invalid_json_line\",\"message\":\"This line is not parseable as valid JSON.\","
                        + "\"param\":null,\"line\":3}]}");
    }

    @Test
    void deleteShouldRemoveAnEndedBatchAndLeaveItsFile() {
        String file = client.upload("a.jsonl", "x");
        String id = client.postJson("/v1/batches", CREATE.replace(INPUT, file))
                .expect(200)
                .at("id");
        Answer early = client.delete("/v1/batches/" + id);
        early.expectError(
                409,
                "Cannot delete a batch with status 'validating'. Cancel it first, and delete it once it has ended.",
                null,
                null);
        assertThat(early.header("x-should-retry")).contains("false");
        server.lifecycle.applyAsOwner(new BatchId(id), 0, new BatchEvent.EndedUnplanned(), List.of());
        server.client("key-b")
                .delete("/v1/batches/" + id)
                .expectError(404, "No batch found with id '" + id + "'.", null, null);

        // the Python client sends a content type without a body
        Answer deleted = client.delete("/v1/batches/" + id, "Content-Type", "application/json")
                .expect(200);

        assertThat(deleted.text()).isEqualTo("{\"id\":\"" + id + "\",\"object\":\"batch\",\"deleted\":true}\n");
        client.get("/v1/batches/" + id).expectError(404, "No batch found with id '" + id + "'.", null, null);
        client.delete("/v1/batches/" + id).expectError(404, "No batch found with id '" + id + "'.", null, null);
        assertThat(client.get("/v1/batches").expect(200).json().get("data")).isEmpty();
        client.get("/v1/files/" + file + "/content").expect(200);
    }

    @Test
    void tooManyCreatesShouldBeToldWhenToComeBack() {
        BatchConfig d = BatchConfig.DEFAULT;
        BatchConfig rare =
                new BatchConfig(d.endpoints(), d.windowMin(), d.windowMax(), false, false, 2, d.passThroughHeaders());
        try (ApiServer other = new ApiServer(ApiServer.FILES, rare)) {
            ApiClient user = other.client("key-a");
            user.postJson("/v1/batches", CREATE).expect(200);
            user.postJson("/v1/batches", CREATE).expect(200);
            Answer refused = user.postJson("/v1/batches", CREATE);
            JsonNode error = refused.expectError(429);
            assertThat(error.get("type").asText()).isEqualTo("requests");
            assertThat(error.get("code").asText()).isEqualTo("rate_limit_exceeded");
            assertThat(error.get("message").asText()).startsWith("Rate limit reached for batch creations");
            assertThat(refused.header("retry-after")).contains("60");
            other.client("key-b").postJson("/v1/batches", CREATE).expect(200);
            other.time.advance(Duration.ofMinutes(30));
            user.postJson("/v1/batches", CREATE).expect(200);
        }
    }

    @Test
    void strictServerShouldCheckWindowAndFileAtOnce() {
        BatchConfig d = BatchConfig.DEFAULT;
        BatchConfig strict =
                new BatchConfig(d.endpoints(), d.windowMin(), d.windowMax(), true, true, 0, d.passThroughHeaders());
        try (ApiServer other = new ApiServer(ApiServer.FILES, strict)) {
            ApiClient user = other.client("key-a");
            user.postJson("/v1/batches", CREATE.replace("24h", "12h"))
                    .expectError(
                            400,
                            "Invalid value: '12h'. Supported values are: '24h'.",
                            "completion_window",
                            "invalid_value");
            user.postJson("/v1/batches", CREATE)
                    .expectError(
                            400,
                            "Cannot find file " + INPUT + ", or organization a does not have access to it.",
                            "file_id",
                            null);
            String wrongPurpose = user.upload("user_data", "a", new byte[1]);
            user.postJson("/v1/batches", CREATE.replace(INPUT, wrongPurpose)).expectError(400);
            String file = user.upload("a.jsonl", "x");
            other.client("key-b")
                    .postJson("/v1/batches", CREATE.replace(INPUT, file))
                    .expectError(400);
            user.postJson("/v1/batches", CREATE.replace(INPUT, file)).expect(200);
        }
    }

    @Test
    void namedHeadersShouldBeSealedWithTheBatch() {
        BatchConfig d = BatchConfig.DEFAULT;
        BatchConfig capturing = new BatchConfig(
                d.endpoints(),
                d.windowMin(),
                d.windowMax(),
                false,
                false,
                0,
                List.of("authorization", "X-Team", "X-None"));
        try (ApiServer other = new ApiServer(ApiServer.FILES, capturing)) {
            String id = other.client("key-a")
                    .postJson("/v1/batches", CREATE, "x-team", "red")
                    .expect(200)
                    .at("id");
            assertThat(new String(other.batches
                            .find(new BatchId(id))
                            .orElseThrow()
                            .state()
                            .headers()
                            .bytes()))
                    .isEqualTo("{authorization=Bearer key-a, X-Team=red}");
        }
    }
}
