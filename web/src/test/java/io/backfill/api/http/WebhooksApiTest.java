package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.LineError;
import io.backfill.ids.BatchId;
import io.backfill.webhooks.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhooksApiTest {
    private static final String ENDPOINTS = "/v1/webhook_endpoints";
    private static final String CREATE =
            "{\"name\":\"results\",\"url\":\"https://example.com/hooks\",\"event_types\":[\"batch.completed\",\"batch.failed\"]}";

    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");
    private final ApiClient stranger = server.client("key-b");

    @AfterEach
    void stop() {
        server.close();
    }

    private String create() {
        return client.postJson(ENDPOINTS, CREATE).expect(200).at("id");
    }

    private static void expectNoEndpoint(Answer answer, String id) {
        answer.expectError(404, "No webhook endpoint found with id '" + id + "'.", null, null);
    }

    @Test
    void secretShouldBeShownAfterTheCreationOnly() {
        JsonNode created = client.postJson(ENDPOINTS, CREATE).expect(200).json();
        String secret = created.get("signing_secret").asText();
        assertThat(secret)
                .startsWith("whsec_")
                .endsWith(created.get("signing_secret_hint").asText());
        assertThat(created.get("signing_secret_hint").asText()).hasSize(4);
        assertThat(created.get("object").asText()).isEqualTo("webhook_endpoint");
        assertThat(created.get("updated_at")).isEqualTo(created.get("created_at"));

        Answer got = client.get(ENDPOINTS + "/" + created.get("id").asText()).expect(200);
        assertThat(got.text()).doesNotContain(secret).doesNotContain("\"signing_secret\"");
        assertThat(got.json().get("event_types").toString()).isEqualTo("[\"batch.completed\",\"batch.failed\"]");
        assertThat(client.get(ENDPOINTS).expect(200).json().get("data").get(0)).isEqualTo(got.json());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"url":"https://a.example/","event_types":["batch.failed"]}                              | name        | missing_required_parameter
                    {"name":"n","event_types":["batch.failed"]}                                              | url         | missing_required_parameter
                    {"name":"n","url":"https://a.example/"}                                                  | event_types | missing_required_parameter
                    {"name":" ","url":"https://a.example/","event_types":["batch.failed"]}                   | name        | invalid_value
                    {"name":"n","url":"https://a.example/","event_types":[]}                                 | event_types | invalid_value
                    {"name":"n","url":"https://a.example/","event_types":["response.completed"]}             | event_types | invalid_value
                    {"name":"n","url":"https://a.example/","event_types":"batch.failed"}                     | event_types | invalid_type
                    {"name":"n","url":"ftp://a.example/","event_types":["batch.failed"]}                     | url         | invalid_value
                    {"name":"n","url":"https://169.254.169.254/","event_types":["batch.failed"]}             | url         | invalid_value
                    {"name":"n","url":"https://[::ffff:10.0.0.1]/","event_types":["batch.failed"]}           | url         | invalid_value
                    """)
    void wrongMemberShouldBeNamed(String body, String param, String code) {
        JsonNode error = client.postJson(ENDPOINTS, body).expectError(400);

        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("code").asText()).isEqualTo(code);
    }

    @Test
    void typeThatIsNeverEmittedShouldBeRefusedWithTheListOfThoseThatAre() {
        JsonNode error = client.postJson(ENDPOINTS, CREATE.replace("batch.failed", "response.completed"))
                .expectError(400);

        client.get("/v1/webhook_event_types")
                .expect(200)
                .json()
                .get("data")
                .forEach(type -> assertThat(error.get("message").asText()).contains("'" + type.asText() + "'"));
    }

    @Test
    void repeatedCreateShouldReturnTheSameEndpointAndSecret() {
        Answer first =
                client.postJson(ENDPOINTS, CREATE, "Idempotency-Key", "k").expect(200);

        assertThat(client.postJson(ENDPOINTS, CREATE, "Idempotency-Key", "k")
                        .expect(200)
                        .json())
                .isEqualTo(first.json());
        client.postJson(ENDPOINTS, CREATE.replace("results", "other"), "Idempotency-Key", "k")
                .expectError(409);
        client.postJson(ENDPOINTS, CREATE, "Idempotency-Key", "k".repeat(256)).expectError(400);
        assertThat(stranger.postJson(ENDPOINTS, CREATE, "Idempotency-Key", "k")
                        .expect(200)
                        .at("id"))
                .isNotEqualTo(first.at("id"));
    }

    @Test
    void tenantShouldHaveALimitedNumberOfEndpoints() {
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < ApiServer.MOST_WEBHOOKS; n++) {
            ids.addFirst(create());
        }
        client.postJson(ENDPOINTS, CREATE).expectError(400);
        stranger.postJson(ENDPOINTS, CREATE).expect(200);
        JsonNode page = client.get(ENDPOINTS + "?limit=2").expect(200).json();
        assertThat(page.get("data").findValuesAsText("id")).isEqualTo(ids.subList(0, 2));
        assertThat(page.get("has_more").asBoolean()).isTrue();
        JsonNode rest = client.get(ENDPOINTS + "?limit=2&after=" + ids.get(1))
                .expect(200)
                .json();
        assertThat(rest.get("data").findValuesAsText("id")).isEqualTo(ids.subList(2, 3));
        assertThat(rest.get("has_more").asBoolean()).isFalse();
        client.get(ENDPOINTS + "?after=whe_1").expectError(400);

        client.delete(ENDPOINTS + "/" + ids.getFirst(), "Content-Type", "application/json")
                .expect(200);
        create();
    }

    @Test
    void updateShouldChangeOnlyWhatIsGiven() {
        String id = create();
        server.time.advance(Duration.ofSeconds(10));
        JsonNode before = client.get(ENDPOINTS + "/" + id).expect(200).json();

        JsonNode same = client.postJson(ENDPOINTS + "/" + id, "{\"name\":\"results\"}")
                .expect(200)
                .json();
        assertThat(same).isEqualTo(before);
        client.post(ENDPOINTS + "/" + id).expect(200);
        JsonNode after = client.postJson(
                        ENDPOINTS + "/" + id,
                        "{\"event_types\":[\"backfill.batch.at_risk\",\"backfill.batch.at_risk\"]}")
                .expect(200)
                .json();
        assertThat(after.get("event_types").toString()).isEqualTo("[\"backfill.batch.at_risk\"]");
        assertThat(after.get("name")).isEqualTo(before.get("name"));
        assertThat(after.get("url")).isEqualTo(before.get("url"));
        assertThat(after.get("updated_at").asLong())
                .isEqualTo(before.get("updated_at").asLong() + 10);
        client.postJson(ENDPOINTS + "/" + id, "{\"url\":\"https://10.0.0.1/\"}").expectError(400);
    }

    @Test
    void rotationShouldGiveAnotherSecret() {
        JsonNode created = client.postJson(ENDPOINTS, CREATE).expect(200).json();
        String id = created.get("id").asText();
        List<String> signed = new ArrayList<>();
        server.answers = (url, delivery, body, secrets) -> {
            signed.add(secrets.sign(delivery, server.time.instant(), body));
            return new Delivery.Attempt(server.time.instant(), 200, "");
        };

        JsonNode rotated = client.postJson(
                        ENDPOINTS + "/" + id + "/rotate_secret", "{\"keep_old_secret_active_for_24_hours\":true}")
                .expect(200)
                .json();
        assertThat(rotated.get("signing_secret")).isNotEqualTo(created.get("signing_secret"));
        client.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"batch.failed\"}")
                .expect(200);
        client.postJson(ENDPOINTS + "/" + id + "/rotate_secret", "{}").expect(200);
        client.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"batch.failed\"}")
                .expect(200);

        assertThat(signed.get(0).split(" ")).hasSize(2);
        assertThat(signed.get(1).split(" ")).hasSize(1);
        JsonNode error = client.postJson(
                        ENDPOINTS + "/" + id + "/rotate_secret", "{\"keep_old_secret_active_for_24_hours\":\"yes\"}")
                .expectError(400);
        assertThat(error.get("param").asText()).isEqualTo("keep_old_secret_active_for_24_hours");
    }

    @Test
    void testShouldSayWhatBecameOfIt() {
        String id = create();

        assertThat(client.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"batch.completed\"}")
                        .expect(200)
                        .text())
                .isEqualTo("{\"object\":\"webhook_endpoint.test\",\"webhook_endpoint_id\":\"" + id
                        + "\",\"event_type\":\"batch.completed\",\"status_code\":200,\"success\":true}\n");
        server.answers = (url, delivery, body, secrets) ->
                new Delivery.Attempt(server.time.instant(), 500, "the receiver answered 500");
        client.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"batch.completed\"}")
                .expectError(400, "The test was not delivered: the receiver answered 500.", null, null);
        client.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"video.completed\"}")
                .expectError(400);
        assertThat(client.get(ENDPOINTS + "/" + id + "/deliveries")
                        .expect(200)
                        .json()
                        .get("data"))
                .isEmpty();
    }

    private String failedBatch() {
        String batch = client.postJson(
                        "/v1/batches",
                        "{\"input_file_id\":\"file-00000000000000000000000000000000\",\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"24h\"}")
                .expect(200)
                .at("id");
        server.lifecycle.applyAsOwner(
                new BatchId(batch),
                0,
                new BatchEvent.Refused(List.of(LineError.ofFile("invalid_request", "Cannot find file", "file_id"))),
                List.of());
        return batch;
    }

    @Test
    void deliveriesShouldBeListedAndRedelivered() {
        String id = create();
        String batch = failedBatch();
        String deliveries = ENDPOINTS + "/" + id + "/deliveries";

        JsonNode pending = client.get(deliveries).expect(200).json().get("data").get(0);
        assertThat(pending.get("status").asText()).isEqualTo("pending");
        assertThat(pending.at("/event/type").asText()).isEqualTo("batch.failed");
        assertThat(pending.at("/event/data/id").asText()).isEqualTo(batch);
        assertThat(pending.get("last_attempt_at").isNull()).isTrue();
        assertThat(pending.get("next_attempt_at").isIntegralNumber()).isTrue();

        Delivery claimed = server.batches
                .webhooks()
                .claim(Duration.ofMinutes(1), Map.of(), 8, 8)
                .getFirst();
        server.batches
                .webhooks()
                .settle(claimed, new Delivery.Attempt(server.time.instant(), 200, ""), Optional.empty());
        String delivery = claimed.id().value();
        JsonNode delivered =
                client.get(deliveries).expect(200).json().get("data").get(0);
        assertThat(delivered.get("status").asText()).isEqualTo("delivered");
        assertThat(delivered.get("last_status_code").asInt()).isEqualTo(200);
        assertThat(delivered.get("next_attempt_at").isNull()).isTrue();

        assertThat(client.post(deliveries + "/" + delivery + "/redeliver")
                        .expect(200)
                        .at("status"))
                .isEqualTo("pending");
        expectNoEndpoint(stranger.post(deliveries + "/" + delivery + "/redeliver"), id);
        client.post(deliveries + "/wh_1/redeliver").expectError(404, "No delivery found with id 'wh_1'.", null, null);
    }

    @Test
    void endpointShouldBeVisibleToItsTenantOnly() {
        String id = create();

        for (String path : List.of("", "/deliveries")) {
            expectNoEndpoint(stranger.get(ENDPOINTS + "/" + id + path), id);
        }
        expectNoEndpoint(stranger.postJson(ENDPOINTS + "/" + id, "{\"name\":\"mine\"}"), id);
        expectNoEndpoint(stranger.postJson(ENDPOINTS + "/" + id + "/rotate_secret", "{}"), id);
        expectNoEndpoint(stranger.postJson(ENDPOINTS + "/" + id + "/test", "{\"event_type\":\"batch.completed\"}"), id);
        expectNoEndpoint(stranger.delete(ENDPOINTS + "/" + id), id);
        expectNoEndpoint(client.get(ENDPOINTS + "/nonsense"), "nonsense");

        assertThat(client.delete(ENDPOINTS + "/" + id).expect(200).text())
                .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"webhook_endpoint.deleted\",\"deleted\":true}\n");
        expectNoEndpoint(client.delete(ENDPOINTS + "/" + id), id);
    }
}
