package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.api.testing.ApiClient;
import io.backfill.ids.BatchId;
import java.time.Duration;
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
}
