package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.ApiClient;
import io.backfill.batches.BatchEvent;
import io.backfill.ids.BatchId;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminApiTest {
    private static final String CREATE = "{\"input_file_id\":\"file-0123456789abcdef0123456789abcdef\","
            + "\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";

    private static final Duration LEASE = Duration.ofSeconds(20);

    private final ApiServer server = new ApiServer();
    private final ApiClient tenant = server.client("key-a");
    private final ApiClient operator = server.client("key-operator");

    @AfterEach
    void stop() {
        server.close();
    }

    private String create() {
        return tenant.postJson("/v1/batches", CREATE).expect(200).at("id");
    }

    /** Sets the batch aside: five nodes die with it open. */
    private void setAside(String id) {
        BatchId batch = new BatchId(id);
        for (int death = 0; death < 5; death++) {
            assertThat(server.batches
                            .claim(batch, "node", LEASE)
                            .or(() -> server.batches.claimSuspect(batch, "node", LEASE)))
                    .isPresent();
            server.time.advance(LEASE);
        }
        assertThat(server.batches.setAside(10)).hasSize(1);
    }

    @Test
    void aSetAsideBatchShouldSaySoUntilAnOperatorResumesIt() {
        String id = create();
        assertThat(tenant.get("/v1/batches/" + id)
                        .expect(200)
                        .json()
                        .at("/backfill/paused")
                        .isNull())
                .isTrue();
        setAside(id);

        JsonNode paused = tenant.get("/v1/batches/" + id).expect(200).json();
        assertThat(paused.at("/backfill/paused/reason").asText()).isEqualTo("crashed");
        assertThat(paused.at("/backfill/paused/at").isIntegralNumber()).isTrue();
        assertThat(paused.at("/status").asText()).isEqualTo("validating");

        JsonNode resumed =
                operator.post("/v1/admin/batches/" + id + "/resume").expect(200).json();
        assertThat(resumed.at("/id").asText()).isEqualTo(id);
        assertThat(resumed.at("/backfill/paused").isNull()).isTrue();
        operator.post("/v1/admin/batches/" + id + "/resume").expect(200);
        assertThat(server.batches.claim(new BatchId(id), "node", LEASE)).isPresent();
    }

    @Test
    void whoIsNoOperatorShouldBeRefusedWhateverIsNamed() {
        String id = create();
        for (String order : new String[] {"pause", "resume", "settle"}) {
            for (String path : new String[] {
                "/v1/admin/batches/" + id + "/" + order,
                "/v1/admin/batches/batch_ffffffffffffffffffffffffffffffff/" + order
            }) {
                tenant.post(path)
                        .expectError(
                                403,
                                "Only an operator of this gateway may do this. Use an operator's key.",
                                null,
                                "not_an_operator");
            }
        }
        assertThat(tenant.get("/v1/batches/" + id).expect(200).at("status")).isEqualTo("validating");
    }

    @Test
    void anotherTenantsBatchShouldStayUnknownToAnOperatorsOrdinaryCalls() {
        String id = create();

        operator.get("/v1/batches/" + id).expectError(404);
    }

    @Test
    void settleShouldCancelAndAskForWhatCanBeRead() {
        String id = create();

        assertThat(operator.post("/v1/admin/batches/" + id + "/settle")
                        .expect(200)
                        .at("status"))
                .isEqualTo("cancelling");

        assertThat(server.batches
                        .find(new BatchId(id))
                        .orElseThrow()
                        .supervision()
                        .settle())
                .isTrue();
        operator.post("/v1/admin/batches/" + id + "/settle").expect(200);
    }

    @Test
    void whatIsNotThereOrHasEndedShouldBeSaid() {
        String unknown = "batch_ffffffffffffffffffffffffffffffff";
        operator.post("/v1/admin/batches/" + unknown + "/resume").expectError(404);
        operator.post("/v1/admin/batches/" + unknown + "/settle").expectError(404);

        String id = create();
        tenant.post("/v1/batches/" + id + "/cancel").expect(200);
        server.lifecycle.apply(server.batches.find(new BatchId(id)).orElseThrow(), new BatchEvent.EndedUnplanned());
        operator.post("/v1/admin/batches/" + id + "/resume").expectError(409);
        operator.post("/v1/admin/batches/" + id + "/settle").expectError(409);
    }
}
