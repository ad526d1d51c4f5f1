package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.ApiClient;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Usage;
import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SteeringApiTest {
    private static final String REST = "\"input_file_id\":\"file-0123456789abcdef0123456789abcdef\","
            + "\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";

    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");
    private final ApiClient operator = server.client("key-operator");

    @AfterEach
    void stop() {
        server.close();
    }

    private String create() {
        return client.postJson("/v1/batches", "{" + REST).expect(200).at("id");
    }

    private String reason(String id) {
        return client.get("/v1/batches/" + id)
                .expect(200)
                .json()
                .at("/backfill/paused/reason")
                .asText();
    }

    @Test
    void pauseShouldBeDurableAndResumeShouldEndIt() {
        String path = "/v1/batches/" + create();
        for (int twice = 0; twice < 2; twice++) {
            assertThat(client.post(path + "/pause")
                            .expect(200)
                            .json()
                            .at("/backfill/paused/reason")
                            .asText())
                    .isEqualTo("user");
        }
        assertThat(server.batches.claimable(10)).isEmpty();
        for (int twice = 0; twice < 2; twice++) {
            assertThat(client.post(path + "/resume")
                            .expect(200)
                            .json()
                            .at("/backfill/paused")
                            .isNull())
                    .isTrue();
        }
        assertThat(server.batches.claimable(10)).hasSize(1);
    }

    @Test
    void aBatchOfAnotherTenantShouldNotBeFound() {
        String path = "/v1/batches/" + create();
        ApiClient other = server.client("key-b");
        other.post(path + "/pause").expectError(404);
        other.post(path + "/resume").expectError(404);
        client.post("/v1/batches/batch_ffffffffffffffffffffffffffffffff/pause").expectError(404);
        assertThat(server.batches.claimable(10)).hasSize(1);
    }

    @Test
    void onlyAnOperatorShouldEndAPauseOfAnOperator() {
        String id = create();
        operator.post("/v1/admin/batches/" + id + "/pause").expect(200);
        assertThat(reason(id)).isEqualTo("operator");

        client.post("/v1/batches/" + id + "/resume").expectError(409);

        assertThat(reason(id)).isEqualTo("operator");
        operator.post("/v1/admin/batches/" + id + "/resume").expect(200);
        assertThat(reason(id)).isEmpty();
    }

    @Test
    void aCancelShouldWorkWhilePausedAndAPauseShouldBeRefusedAfterIt() {
        String id = create();
        client.post("/v1/batches/" + id + "/pause").expect(200);

        assertThat(client.post("/v1/batches/" + id + "/cancel").expect(200).at("status"))
                .isEqualTo("cancelling");

        assertThat(server.batches.claim(new BatchId(id), "node", Duration.ofSeconds(20)))
                .isPresent();
        String second = create();
        client.post("/v1/batches/" + second + "/cancel").expect(200);
        client.post("/v1/batches/" + second + "/pause").expectError(409);
    }

    private JsonNode create(String members) {
        return client.postJson("/v1/batches", "{" + members + "," + REST)
                .expect(200)
                .json()
                .at("/backfill");
    }

    private void refused(String path, String body, String code, String param) {
        JsonNode error = client.postJson(path, body).expectError(400);
        assertThat(error.at("/code").asText()).isEqualTo(code);
        assertThat(error.at("/param").asText()).isEqualTo(param);
    }

    private static void assertSteering(JsonNode backfill, String priority, String maxInFlight, String tokenBudget) {
        assertThat(backfill.at("/priority").asText()).isEqualTo(priority);
        assertThat(backfill.at("/max_in_flight").asText()).isEqualTo(maxInFlight);
        assertThat(backfill.at("/token_budget").asText()).isEqualTo(tokenBudget);
    }

    @Test
    void createShouldTakeTheOrdersAsMembersOrAsMetadata() {
        assertSteering(create("\"metadata\":{}"), "normal", "null", "null");
        assertSteering(
                create("\"backfill\":{\"priority\":\"high\",\"max_in_flight\":3,\"token_budget\":5000000000}"),
                "high",
                "3",
                "5000000000");
        assertSteering(
                create("\"metadata\":{\"backfill.priority\":\"low\",\"backfill.max_in_flight\":\"3\","
                        + "\"backfill.token_budget\":\"7\"}"),
                "low",
                "3",
                "7");
        assertSteering(create("\"backfill\":null"), "normal", "null", "null");
        assertSteering(create("\"backfill\":{\"token_budget\":null}"), "normal", "null", "null");
    }

    @Test
    void nothingThatIsUnknownOrWrongShouldBeAccepted() {
        for (String path : new String[] {"/v1/batches", "/v1/batches/" + create()}) {
            refused(path, "{\"backfill\":{\"prio\":1}," + REST, "invalid_value", "backfill.prio");
            refused(path, "{\"metadata\":{\"backfill.prio\":\"1\"}," + REST, "invalid_value", "metadata.backfill.prio");
            refused(path, "{\"backfill\":{\"priority\":\"top\"}," + REST, "invalid_value", "backfill.priority");
            refused(path, "{\"backfill\":{\"priority\":1}," + REST, "invalid_type", "backfill.priority");
            refused(
                    path,
                    "{\"metadata\":{\"backfill.priority\":\"top\"}," + REST,
                    "invalid_value",
                    "metadata.backfill.priority");
            refused(
                    path,
                    "{\"backfill\":{\"max_in_flight\":0}," + REST,
                    "integer_below_min_value",
                    "backfill.max_in_flight");
            refused(
                    path,
                    "{\"backfill\":{\"token_budget\":1000000000000001}," + REST,
                    "integer_above_max_value",
                    "backfill.token_budget");
            refused(
                    path,
                    "{\"metadata\":{\"backfill.token_budget\":\"many\"}," + REST,
                    "invalid_value",
                    "metadata.backfill.token_budget");
            refused(
                    path,
                    "{\"backfill\":{\"priority\":\"low\"},\"metadata\":{\"backfill.priority\":\"low\"}," + REST,
                    "invalid_value",
                    "backfill.priority");
            refused(path, "{\"backfill\":[]," + REST, "invalid_type", "backfill");
        }
    }

    @Test
    void aChangeShouldReplaceWhatItNamesAndMaySayItTwice() {
        String path = "/v1/batches/" + create();
        String change = "{\"backfill\":{\"priority\":\"high\",\"max_in_flight\":3},\"metadata\":{\"k\":\"v\"}}";
        for (int twice = 0; twice < 2; twice++) {
            JsonNode changed = client.postJson(path, change).expect(200).json();
            assertSteering(changed.at("/backfill"), "high", "3", "null");
            assertThat(changed.at("/metadata/k").asText()).isEqualTo("v");
        }
        JsonNode next = client.postJson(path, "{\"backfill\":{\"max_in_flight\":null,\"token_budget\":9}}")
                .expect(200)
                .json();
        assertSteering(next.at("/backfill"), "high", "null", "9");
        assertThat(next.at("/metadata/k").asText()).isEqualTo("v");
        server.client("key-b").postJson(path, change).expectError(404);
    }

    @Test
    void keysThatTakeEffectAtCreateShouldKeepTheirValues() {
        String id = client.postJson("/v1/batches", "{\"metadata\":{\"backfill.order\":\"file\",\"a\":\"b\"}," + REST)
                .expect(200)
                .at("id");
        refused(
                "/v1/batches/" + id,
                "{\"metadata\":{\"backfill.order\":\"prefix\"}}",
                "invalid_value",
                "metadata.backfill.order");

        JsonNode changed = client.postJson("/v1/batches/" + id, "{\"metadata\":{}}")
                .expect(200)
                .json();

        assertThat(changed.at("/metadata").toString()).isEqualTo("{\"backfill.order\":\"file\"}");
    }

    @Test
    void aBatchPausedByItsBudgetShouldNeedALargerOne() {
        String id = client.postJson("/v1/batches", "{\"backfill\":{\"token_budget\":10}," + REST)
                .expect(200)
                .at("id");
        BatchId batch = new BatchId(id);
        long epoch = server.batches
                .claim(batch, "node", Duration.ofSeconds(20))
                .orElseThrow()
                .lease()
                .epoch();
        server.batches.recordProgress(batch, epoch, new RequestCounts(3, 1, 0), Optional.of(new Usage(8, 0, 4, 0, 12)));
        assertThat(server.batches.pauseSpent(batch, epoch, 12)).isTrue();
        String resume = "/v1/batches/" + id + "/resume";
        assertThat(reason(id)).isEqualTo("budget");

        client.post(resume).expectError(400);
        refused(resume, "{\"token_budget\":12}", "invalid_value", "token_budget");
        refused(resume, "{\"token_budget\":0}", "integer_below_min_value", "token_budget");
        assertThat(reason(id)).isEqualTo("budget");

        JsonNode resumed =
                client.postJson(resume, "{\"token_budget\":13}").expect(200).json();
        assertThat(resumed.at("/backfill/paused").isNull()).isTrue();
        assertSteering(resumed.at("/backfill"), "normal", "null", "13");
    }

    @Test
    void onlyTheMetadataOfAnEndedBatchShouldChange() {
        String id = create();
        client.post("/v1/batches/" + id + "/cancel").expect(200);
        server.lifecycle.apply(server.batches.find(new BatchId(id)).orElseThrow(), new BatchEvent.EndedUnplanned());

        client.postJson("/v1/batches/" + id, "{\"backfill\":{\"priority\":\"low\"}}")
                .expectError(409);
        client.post("/v1/batches/" + id + "/resume").expectError(409);
        assertThat(client.postJson("/v1/batches/" + id, "{\"metadata\":{\"k\":\"v\"}}")
                        .expect(200)
                        .json()
                        .at("/metadata/k")
                        .asText())
                .isEqualTo("v");
    }
}
