package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.BatchesContract;
import io.backfill.it.support.InputLines;
import io.backfill.simulator.engine.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code /v1/batches} of the whole product, which processes the batches meanwhile. */
@ExtendWith(ConformanceGateway.Shared.class)
class BatchesApiIT implements BatchesContract {
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "expired", "cancelled");

    private final ConformanceGateway gateway;
    private final ApiClient client;
    private final ApiClient stranger;

    BatchesApiIT(ConformanceGateway gateway) {
        this.gateway = gateway;
        client = gateway.newTenant();
        stranger = gateway.newTenant();
    }

    @AfterEach
    void answerAtOnce() {
        gateway.latency(Latency.NONE);
    }

    @Override
    public ApiClient client() {
        return client;
    }

    @Override
    public ApiClient stranger() {
        return stranger;
    }

    private String submit(int lines, String more) {
        String file = client.upload(
                "batch",
                "a.jsonl",
                InputLines.chat(ConformanceGateway.MODEL, lines).bytes());
        return create(file, more);
    }

    private String create(String file, String more) {
        return client.postJson(
                        "/v1/batches",
                        "{\"input_file_id\":\"" + file
                                + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"" + more + "}")
                .expect(200)
                .at("id");
    }

    private JsonNode get(String id) {
        return client.get("/v1/batches/" + id).expect(200).json();
    }

    private JsonNode await(String id, Predicate<JsonNode> reached) {
        JsonNode[] last = new JsonNode[1];
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    last[0] = get(id);
                    return reached.test(last[0]);
                });
        return last[0];
    }

    private JsonNode awaitEnd(String id) {
        return await(id, batch -> TERMINAL.contains(batch.get("status").asText()));
    }

    @Test
    void fileThatDoesNotExistShouldFailTheBatchLater() {
        JsonNode batch = awaitEnd(create(INPUT, ""));
        assertThat(batch.get("status").asText()).isEqualTo("failed");
        assertThat(batch.get("failed_at").isIntegralNumber()).isTrue();
        JsonNode error = batch.get("errors").get("data").get(0);
        assertThat(error.get("code").asText()).isEqualTo("invalid_request");
        assertThat(error.get("param").asText()).isEqualTo("file_id");
        assertThat(error.get("line").isNull()).isTrue();
        assertThat(error.get("message").asText()).startsWith("Cannot find file " + INPUT);
        assertThat(batch.get("request_counts").toString()).isEqualTo("{\"total\":0,\"completed\":0,\"failed\":0}");
    }

    @Test
    void anotherTenantsFileShouldFailTheBatchAsAnAbsentOneDoes() {
        String file = stranger.upload("a.jsonl", "x\n");
        JsonNode error = awaitEnd(create(file, "")).get("errors").get("data").get(0);
        assertThat(error.get("message").asText()).startsWith("Cannot find file " + file);
    }

    @Test
    void completedBatchShouldHaveOrderedTimesAndFilesThatCanBeRead() {
        JsonNode batch = awaitEnd(submit(3, ",\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":3600}"));
        assertThat(batch.get("status").asText()).isEqualTo("completed");
        long last = 0;
        for (String member : List.of("created_at", "in_progress_at", "finalizing_at", "completed_at")) {
            assertThat(batch.get(member).isIntegralNumber()).as(member).isTrue();
            assertThat(batch.get(member).asLong()).as(member).isGreaterThanOrEqualTo(last);
            last = batch.get(member).asLong();
        }
        for (String member : List.of("failed_at", "expired_at", "cancelling_at", "cancelled_at", "error_file_id")) {
            assertThat(batch.get(member).isNull()).as(member).isTrue();
        }
        assertThat(batch.get("model").asText()).isEqualTo(ConformanceGateway.MODEL);
        assertThat(batch.get("usage").get("total_tokens").asLong()).isPositive();
        String output = batch.get("output_file_id").asText();
        JsonNode file = client.get("/v1/files/" + output).expect(200).json();
        assertThat(file.get("purpose").asText()).isEqualTo("batch_output");
        assertThat(file.get("expires_at").asLong() - file.get("created_at").asLong())
                .isEqualTo(3600);
        Answer content = client.get("/v1/files/" + output + "/content").expect(200);
        assertThat(content.text().lines()).hasSize(3);
        assertThat(content.bytes()).hasSize(file.get("bytes").asInt());
        stranger.get("/v1/files/" + output + "/content").expectError(404);
    }

    @Test
    void filesShouldAppearWithTheEndAndNotBefore() {
        gateway.latency(Latency.fixed(Duration.ofMillis(100)));
        String id = submit(10, "");
        List<String> early = new ArrayList<>();
        JsonNode end = await(id, batch -> {
            boolean ended = TERMINAL.contains(batch.get("status").asText());
            if (!ended
                    && !(batch.get("output_file_id").isNull()
                            && batch.get("error_file_id").isNull())) {
                early.add(batch.toString());
            }
            if (ended && batch.get("output_file_id").isTextual()) {
                client.get("/v1/files/" + batch.get("output_file_id").asText() + "/content")
                        .expect(200);
            }
            return ended;
        });
        assertThat(end.get("status").asText()).isEqualTo("completed");
        assertThat(early).isEmpty();
    }

    @Test
    void cancelShouldEndARunningBatchAndBeIdempotent() {
        gateway.latency(Latency.fixed(Duration.ofMillis(200)));
        String id = submit(200, "");
        await(id, batch -> batch.get("request_counts").get("completed").asInt() > 0);
        JsonNode cancelling =
                client.post("/v1/batches/" + id + "/cancel").expect(200).json();
        assertThat(cancelling.get("status").asText()).isEqualTo("cancelling");
        assertThat(cancelling.get("cancelling_at").isIntegralNumber()).isTrue();
        JsonNode again =
                client.postJson("/v1/batches/" + id + "/cancel", "").expect(200).json();
        assertThat(again.get("cancelling_at")).isEqualTo(cancelling.get("cancelling_at"));
        JsonNode ended = awaitEnd(id);
        assertThat(ended.get("status").asText()).isEqualTo("cancelled");
        assertThat(ended.get("cancelled_at").isIntegralNumber()).isTrue();
        assertThat(ended.get("cancelling_at")).isEqualTo(cancelling.get("cancelling_at"));
        assertThat(client.post("/v1/batches/" + id + "/cancel").expect(200).json())
                .isEqualTo(ended);
    }

    @Test
    void cancelRightAfterTheCreateShouldEndCancelledWithBothTimes() {
        String id = submit(1, "");
        Answer answer = client.post("/v1/batches/" + id + "/cancel");
        // the batch may have completed meanwhile; then the cancel is rejected with the expected conflict
        if (answer.status() == 200) {
            JsonNode ended = awaitEnd(id);
            assertThat(ended.get("status").asText()).isEqualTo("cancelled");
            assertThat(ended.get("cancelling_at").isIntegralNumber()).isTrue();
            assertThat(ended.get("cancelled_at").isIntegralNumber()).isTrue();
        } else {
            answer.expectError(409);
        }
    }

    @Test
    void cancelOfAnEndedBatchShouldBeAConflictThatNobodyRetries() {
        String completed = submit(1, "");
        awaitEnd(completed);
        Answer answer = client.post("/v1/batches/" + completed + "/cancel");
        answer.expectError(409, "Cannot cancel a batch with status 'completed'.", null, null);
        assertThat(answer.header("x-should-retry")).contains("false");
        String failed = create(INPUT, "");
        awaitEnd(failed);
        client.post("/v1/batches/" + failed + "/cancel")
                .expectError(409, "Cannot cancel a batch with status 'failed'.", null, null);
    }

    @Test
    void deleteShouldRemoveAnEndedBatchAndLeaveItsFiles() {
        gateway.latency(Latency.fixed(Duration.ofMillis(200)));
        String id = submit(50, "");
        await(id, batch -> batch.get("status").asText().equals("in_progress"));
        Answer early = client.delete("/v1/batches/" + id);
        early.expectError(
                409,
                "Cannot delete a batch with status 'in_progress'. Cancel it first, and delete it once it has ended.",
                null,
                null);
        assertThat(early.header("x-should-retry")).contains("false");
        gateway.latency(Latency.NONE);
        JsonNode ended = awaitEnd(id);
        stranger.delete("/v1/batches/" + id).expectError(404);

        assertThat(client.delete("/v1/batches/" + id).expect(200).json().toString())
                .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"batch\",\"deleted\":true}");

        client.get("/v1/batches/" + id).expectError(404);
        client.delete("/v1/batches/" + id).expectError(404);
        assertThat(client.get("/v1/batches").expect(200).json().get("data")).isEmpty();
        for (String member : List.of("input_file_id", "output_file_id")) {
            assertThat(client.get("/v1/files/" + ended.get(member).asText() + "/content")
                            .expect(200)
                            .text()
                            .lines())
                    .hasSize(50);
        }
    }

    @Test
    void tooManyCreatesShouldBeToldWhenToComeBack() {
        Answer answer = create();
        for (int i = 0; i < 200 && answer.status() == 200; i++) {
            answer = create();
        }
        JsonNode error = answer.expectError(429);
        assertThat(error.get("type").asText()).isEqualTo("requests");
        assertThat(error.get("code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(Integer.parseInt(answer.header("retry-after").orElseThrow())).isBetween(1, 60);
    }

    private Answer create() {
        return client.postJson(
                "/v1/batches",
                "{\"input_file_id\":\"" + INPUT
                        + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}");
    }
}
