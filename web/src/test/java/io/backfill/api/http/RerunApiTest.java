package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.batches.Rerun;
import io.backfill.feed.PlayedBatch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryResultLogs;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v1/batches/{id}/rerun} over HTTP. */
class RerunApiTest {
    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");
    private int batches;

    @AfterEach
    void stop() {
        server.close();
    }

    /** Returns a batch of ten lines, of which {@code finished} have a result; every fifth result is an error. */
    private PlayedBatch ended(int finished) throws IOException {
        PlayedBatch batch = running();
        batch.finish(finished);
        batch.cancel();
        batch.end();
        return batch;
    }

    private PlayedBatch running() throws IOException {
        PlayedBatch batch = PlayedBatch.planned(
                server.batches,
                server.store,
                new MemoryResultLogs(server.store),
                server.time,
                new TenantId("a"),
                ++batches,
                10);
        batch.claim();
        batch.open();
        return batch;
    }

    private Answer rerun(PlayedBatch batch, String body, String... headers) {
        return client.postJson("/v1/batches/" + batch.id() + "/rerun", body, headers);
    }

    private Rerun stored(Answer created) {
        return server.batches
                .find(new BatchId(created.at("id")))
                .orElseThrow()
                .identity()
                .rerun()
                .orElseThrow();
    }

    @Test
    void rerunShouldBeANewBatchOverTheSameInput() throws IOException {
        PlayedBatch parent = ended(7);
        Answer created = rerun(
                        parent,
                        "{\"lines\":\"not_run\",\"merge\":true,\"completion_window\":\"2h\",\"metadata\":{\"a\":\"b\"}}")
                .expect(200);
        JsonNode batch = created.json();
        assertThat(batch.get("status").asText()).isEqualTo("validating");
        assertThat(batch.get("input_file_id").asText())
                .isEqualTo(parent.row().spec().inputFile());
        assertThat(batch.get("endpoint").asText()).isEqualTo(parent.row().spec().endpoint());
        assertThat(batch.get("completion_window").asText()).isEqualTo("2h");
        assertThat(batch.get("metadata").toString()).isEqualTo("{\"a\":\"b\"}");
        assertThat(batch.at("/backfill/rerun_of").asText())
                .isEqualTo(parent.id().value());
        assertThat(stored(created)).isEqualTo(Rerun.of(parent.row(), Rerun.Lines.NOT_RUN, true));
        assertThat(client.get("/v1/batches/" + created.at("id")).expect(200).json())
                .isEqualTo(batch);
        assertThat(client.get("/v1/batches/" + parent.id())
                        .expect(200)
                        .json()
                        .at("/backfill/rerun_of")
                        .isNull())
                .isTrue();
    }

    @Test
    void everythingShouldHaveADefault() throws IOException {
        PlayedBatch parent = ended(7);
        Answer created = client.post("/v1/batches/" + parent.id() + "/rerun").expect(200);
        assertThat(created.at("completion_window")).isEqualTo("24h");
        assertThat(stored(created)).isEqualTo(Rerun.of(parent.row(), Rerun.Lines.UNSUCCESSFUL, false));
    }

    @Test
    void rerunShouldBeSteeredLikeACreate() throws IOException {
        PlayedBatch parent = ended(7);
        Answer created = rerun(
                        parent,
                        "{\"backfill\":{\"priority\":\"high\"},\"metadata\":{\"backfill.max_in_flight\":\"3\"}}")
                .expect(200);
        assertThat(created.json().at("/backfill/priority").asText()).isEqualTo("high");
        assertThat(created.json().at("/backfill/max_in_flight").asInt()).isEqualTo(3);
        assertThat(rerun(parent, "{\"backfill\":{\"unknown\":1}}")
                        .expectError(400)
                        .get("param")
                        .asText())
                .isEqualTo("backfill.unknown");
        assertThat(rerun(parent, "{\"metadata\":{\"backfill.unknown\":\"1\"}}")
                        .expectError(400)
                        .get("param")
                        .asText())
                .isEqualTo("metadata.backfill.unknown");
    }

    @Test
    void deletedInputShouldStillBeRunAgainWhileItsBytesAreThere() throws IOException {
        PlayedBatch parent = ended(7);
        server.store.delete("files/" + parent.row().spec().inputFile());
        JsonNode error = rerun(parent, "{}").expectError(409);
        assertThat(error.get("message").asText()).contains("input file").contains("no longer kept");
    }

    @Test
    void mergeShouldNeedTheOutputFile() throws IOException {
        PlayedBatch parent = ended(7);
        String output = parent.row().outputFile().orElseThrow().value();
        client.delete("/v1/files/" + output).expect(200);
        Answer refused = rerun(parent, "{\"merge\":true}");
        assertThat(refused.expectError(409).get("message").asText())
                .contains(output)
                .contains("'merge'");
        assertThat(refused.header("x-should-retry")).contains("false");
        rerun(parent, "{\"merge\":false}").expect(200);
    }

    @Test
    void batchThatHasNotEndedOrHasNoSuchLineShouldBeAConflict() throws IOException {
        PlayedBatch running = running();
        assertThat(rerun(running, "{}").expectError(409).get("message").asText())
                .contains("in_progress");
        PlayedBatch withoutFailures = ended(4);
        assertThat(rerun(withoutFailures, "{\"lines\":\"failed\"}")
                        .expectError(409)
                        .get("message")
                        .asText())
                .contains("no line that is 'failed'");
        String unplanned = client.postJson(
                        "/v1/batches",
                        "{\"input_file_id\":\"file-00000000000000000000000000000000\",\"endpoint\":\"/v1/chat/completions\","
                                + "\"completion_window\":\"24h\"}")
                .expect(200)
                .at("id");
        client.postJson("/v1/batches/" + unplanned + "/rerun", "{}").expectError(409);
    }

    @Test
    void batchOfAnotherTenantShouldNotBeFound() throws IOException {
        PlayedBatch parent = ended(7);
        server.client("key-b")
                .postJson("/v1/batches/" + parent.id() + "/rerun", "{}")
                .expectError(404, "No batch found with id '" + parent.id() + "'.", null, null);
    }

    @Test
    void repeatedKeyShouldGiveTheSameRerun() throws IOException {
        PlayedBatch parent = ended(7);
        Answer first = rerun(parent, "{}", "Idempotency-Key", "once").expect(200);
        Answer again = rerun(parent, "{}", "Idempotency-Key", "once").expect(200);
        assertThat(again.at("id")).isEqualTo(first.at("id"));
        rerun(parent, "{\"merge\":true}", "Idempotency-Key", "once").expectError(409);
        // the same body for another parent is another request
        rerun(ended(7), "{}", "Idempotency-Key", "once").expectError(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"lines\":\"some\"};lines;invalid_value",
                "{\"lines\":1};lines;invalid_type",
                "{\"merge\":\"yes\"};merge;invalid_type",
                "{\"completion_window\":\"soon\"};completion_window;invalid_value",
                "{\"metadata\":1};metadata;invalid_type"
            })
    void badMembersShouldBeNamed(String body, String param, String code) throws IOException {
        JsonNode error = rerun(ended(7), body).expectError(400);
        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("code").asText()).isEqualTo(code);
    }
}
