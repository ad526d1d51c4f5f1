package io.backfill.it;

import static io.backfill.it.support.InputLines.CHAT;
import static io.backfill.it.support.InputLines.chatBody;
import static io.backfill.it.support.InputLines.chatLine;
import static io.backfill.it.support.InputLines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.it.support.Answer;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Json;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ResultLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.ledger.LedgerEntry;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole life of batches without faults: what the model receives, what is returned, and what the API shows meanwhile. */
@ExtendWith(UsesSharedGateway.class)
class BatchLifecycleIT {
    private final SharedGateway gateway;
    private final Batches batches;

    BatchLifecycleIT(SharedGateway gateway) {
        this.gateway = gateway;
        this.batches = gateway.batches();
    }

    @Test
    void everyLineShouldComeBackOnceWithTheModelsAnswer() throws Exception {
        InputLines input = InputLines.chat("steady", 100);
        BatchView batch = batches.awaitEnd(batches.submit(input).id(), "completed");

        assertThat(batch.total()).isEqualTo(100);
        assertThat(batch.completed()).isEqualTo(100);
        assertThat(batch.failed()).isZero();
        assertThat(batch.errorFile()).isEmpty();
        assertThat(batch.json().path("errors").isNull()).isTrue();
        assertThat(batch.model()).contains("steady");
        ResultLines output = batches.output(batch);
        assertThat(output.count()).isEqualTo(100);
        assertThat(output.ids()).doesNotHaveDuplicates().allMatch(id -> id.matches("batch_req_[0-9a-f]{32}"));
        for (int i = 1; i <= 100; i++) {
            ResultLines.Line line = output.of("r-" + i);
            assertThat(line.statusCode()).isEqualTo(200);
            assertThat(line.json().path("error").isNull()).isTrue();
            assertThat(line.json().path("response").path("request_id").asText()).isNotEmpty();
        }
        try (Api model = Api.of(URI.create(gateway.model().baseUrl()))) {
            Answer direct = model.postJson(CHAT, chatBody("steady", "Question r-7, please answer."));
            assertThat(output.of("r-7").body()).isEqualTo(direct.text());
        }
        JsonNode file = gateway.api()
                .get("/v1/files/" + batch.outputFile().orElseThrow())
                .expect(200)
                .json();
        assertThat(file.path("purpose").asText()).isEqualTo("batch_output");
        assertThat(file.path("bytes").asInt())
                .isEqualTo(batches.content(batch.outputFile().orElseThrow()).length);
    }

    @Test
    void timestampsShouldFollowThePathAndOnlyThePath() {
        BatchView created = batches.submit(InputLines.chat("steady", 5));
        assertThat(created.status()).isEqualTo("validating");
        assertThat(created.time("expires_at").orElseThrow())
                .isEqualTo(created.time("created_at").orElseThrow() + 86_400);
        BatchView batch = batches.awaitEnd(created.id(), "completed");

        List<Long> path = List.of("created_at", "in_progress_at", "finalizing_at", "completed_at").stream()
                .map(member -> batch.time(member).orElseThrow())
                .toList();
        assertThat(path).isSorted();
        for (String other : List.of("failed_at", "expired_at", "cancelling_at", "cancelled_at")) {
            assertThat(batch.time(other)).as(other).isEqualTo(OptionalLong.empty());
        }
    }

    @Test
    void usageShouldBeTheSumOverTheOutputLines() {
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 40)).id(), "completed");

        JsonNode usage = batch.json().path("usage");
        assertThat(usage.path("input_tokens").asLong()).isPositive().isEqualTo(sum(batch, "prompt_tokens"));
        assertThat(usage.path("output_tokens").asLong()).isPositive().isEqualTo(sum(batch, "completion_tokens"));
        assertThat(usage.path("total_tokens").asLong()).isEqualTo(sum(batch, "total_tokens"));
        assertThat(usage.path("input_tokens_details").path("cached_tokens").isIntegralNumber())
                .isTrue();
        assertThat(usage.path("output_tokens_details").path("reasoning_tokens").isIntegralNumber())
                .isTrue();
    }

    @Test
    void metricsShouldTellOfReplicasAndTokens() {
        double before = metric("backfill_prompt_tokens_total{", "steady").orElse(0);
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 30)).id(), "completed");

        assertThat(metric("backfill_prompt_tokens_total{", "steady").orElseThrow() - before)
                .isGreaterThanOrEqualTo(sum(batch, "prompt_tokens"));
        assertThat(metric("backfill_batches_at_risk{", "")).hasValue(0);
        // the metrics of replicas are read every few seconds
        await().atMost(Duration.ofSeconds(20))
                .until(() -> metric("backfill_replica_limit{", "steady").orElse(0) >= 1);
        assertThat(metric("backfill_replica_up{", "steady")).hasValue(1);
        assertThat(metric("backfill_endpoint_up{", "steady")).hasValue(1);
        assertThat(metric("backfill_replica_in_flight{", "steady")).isPresent();
        assertThat(metric("backfill_requests_waiting{", "steady")).isPresent();
    }

    private OptionalDouble metric(String start, String model) {
        return gateway.api()
                .get("/metrics")
                .expect(200)
                .text()
                .lines()
                .filter(line -> line.startsWith(start) && (model.isEmpty() || line.contains("\"" + model + "\"")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst();
    }

    private long sum(BatchView batch, String member) {
        return batches.output(batch).all().stream()
                .mapToLong(line -> line.json()
                        .path("response")
                        .path("body")
                        .path("usage")
                        .path(member)
                        .asLong())
                .sum();
    }

    @Test
    void bodyShouldReachTheModelByteForByte() throws Exception {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]";
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put(
                "numbers",
                "{\"model\":\"steady\",\"temperature\":1.0,\"seed\":12345678901234567890,\"top_p\":1e-07,\"x\":"
                        + "1e400,\"y\":-0,\"z\":0.10000000000000000555," + messages.formatted("a") + "}");
        bodies.put(
                "escapes",
                "{\"model\":\"steady\"," + messages.formatted("\\u0000 \\u00e9 \\/ \\ud83d\\ude00 \\ud800") + "}");
        bodies.put("characters", "{\"model\":\"steady\"," + messages.formatted("übung 测试 😀 \u2028 \u007f") + "}");
        bodies.put(
                "twice", "{\"model\":\"second\",\"n\":1,\"model\":\"steady\",\"n\":1," + messages.formatted("b") + "}");
        bodies.put("spaces", "{ \"model\"\t: \"steady\" ,\t" + messages.formatted("c") + "   }");
        bodies.put(
                "nested",
                "{\"custom_id\":\"x\",\"body\":{\"url\":[]}," + messages.formatted("d") + ",\"model\":\"steady\"}");
        InputLines input = new InputLines();
        bodies.forEach((id, body) -> input.and(line(id, CHAT, body)));
        input.and(" { \"body\" : " + bodies.get("spaces") + " , \"extra\":[{}],\"url\":\"" + CHAT
                + "\", \"method\":\"POST\",\"custom_id\":\"order\" } ");
        bodies.put("order", bodies.get("spaces"));

        BatchView batch = batches.awaitEnd(batches.submit(input).id(), "completed");

        assertThat(batch.completed()).as("%s", batch.json()).isEqualTo(bodies.size());
        Map<String, String> received = gateway.received(batch).stream()
                .collect(Collectors.toMap(entry -> entry.requestId().orElseThrow(), LedgerEntry::sha256));
        int number = 1;
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            assertThat(received.get(Ledgers.callId(batch.id(), number++)))
                    .as(body.getKey())
                    .isEqualTo(sha256(body.getValue()));
        }
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void customIdShouldComeBackAsItWas() {
        List<String> ids = List.of("x".repeat(512), "ümläut 测试 😀", "quote \" and \\ and \t", " ", "", "../../etc");
        InputLines input = new InputLines();
        ids.forEach(id -> input.and(chatLine(id, "steady", "hello")));
        input.and(chatLine("plain", "steady", "hello").replace("\"plain\"", "\"\\u0070lain \\/\""));

        BatchView batch = batches.awaitEnd(batches.submit(input).id(), "completed");

        ResultLines output = batches.output(batch);
        assertThat(output.customIds()).containsAll(ids).contains("plain /").hasSize(ids.size() + 1);
        assertThat(output.of("plain /").raw()).contains("\"custom_id\":\"\\u0070lain \\/\"");
    }

    @Test
    void aBatchMayMixModelsAndEachGetsItsOwnLines() {
        InputLines input = new InputLines()
                .andChat("steady", "a", 20)
                .andChat("second", "b", 20)
                .andChat("org/model:7b", "c", 20);
        BatchView batch = batches.awaitEnd(batches.submit(input).id(), "completed");

        assertThat(batch.completed()).isEqualTo(60);
        assertThat(batch.model()).isEmpty();
        Map<String, Long> received = gateway.received(batch).stream()
                .collect(Collectors.groupingBy(entry -> entry.model().orElse(""), Collectors.counting()));
        assertThat(received).isEqualTo(Map.of("steady", 20L, "second", 20L, "org/model:7b", 20L));
    }

    @Test
    void theOtherEndpointsShouldWorkLikewise() {
        Map<String, String> bodies = Map.of(
                "/v1/embeddings", "{\"model\":\"steady\",\"input\":\"some text\"}",
                "/v1/completions", "{\"model\":\"steady\",\"prompt\":\"some text\"}",
                "/v1/responses", "{\"model\":\"steady\",\"input\":\"some text\"}",
                "/v1/moderations", "{\"model\":\"steady\",\"input\":\"some text\"}");
        bodies.forEach((endpoint, body) -> {
            String file = gateway.api().upload(InputLines.of(line("one", endpoint, body), line("two", endpoint, body)));
            BatchView batch =
                    batches.awaitEnd(batches.create(file, endpoint, "24h").id(), "completed");
            assertThat(batch.completed()).as(endpoint).isEqualTo(2);
            assertThat(gateway.received(batch)).extracting(LedgerEntry::path).containsOnly(endpoint);
            if (!endpoint.equals("/v1/moderations")) {
                assertThat(batch.json().path("usage").path("input_tokens").asLong())
                        .as(endpoint)
                        .isPositive();
            }
        });
    }

    @Test
    void countsShouldOnlyGrowAndFilesShouldAppearTogetherWithTheEnd() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(60)));
        gateway.model().faults(FaultRule.answering(400).matching("Question b-"));
        BatchView batch =
                batches.submit(new InputLines().andChat("steady", "a", 700).andChat("steady", "b", 20));
        int completed = 0;
        int settled = 0;
        int sightings = 0;
        while (!batch.isTerminal()) {
            assertThat(batch.outputFile()).isEmpty();
            assertThat(batch.errorFile()).isEmpty();
            batch = batches.get(batch.id());
            assertThat(batch.completed()).isGreaterThanOrEqualTo(completed);
            assertThat(batch.settled()).isGreaterThanOrEqualTo(settled).isLessThanOrEqualTo(720);
            sightings += batch.settled() > settled ? 1 : 0;
            completed = batch.completed();
            settled = batch.settled();
        }
        assertThat(batch.status()).isEqualTo("completed");
        assertThat(batches.output(batch).count()).isEqualTo(700);
        assertThat(batches.errors(batch).count()).isEqualTo(20);
        assertThat(sightings).as("times that progress was seen").isGreaterThanOrEqualTo(2);
    }

    @Test
    void capOfAModelShouldHoldOverTwoBatches() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(20)));
        BatchView first = batches.submit(InputLines.chat("narrow", 60));
        BatchView second = batches.submit(InputLines.chat("narrow", 60));
        batches.awaitEnd(first.id(), "completed");
        batches.awaitEnd(second.id(), "completed");

        assertThat(gateway.model().stats().received()).isEqualTo(120);
        assertThat(gateway.model().stats().mostOpen()).isEqualTo(4);
    }

    @Test
    void aHangingModelShouldNotSlowAnotherInTheSameBatch() {
        gateway.model().faults(FaultRule.of(FaultKind.HANG).matching("Question stuck-"));
        BatchView batch =
                batches.submit(new InputLines().andChat("second", "stuck", 100).andChat("steady", "free", 400));

        batches.await(
                batch.id(), "has all lines of the other model", now -> now.completed() == 400, Duration.ofSeconds(8));

        batches.cancel(batch.id());
        BatchView ended = batches.awaitEnd(batch.id(), "cancelled");
        assertThat(ended.completed()).isEqualTo(400);
        assertThat(batches.errors(ended).count()).isEqualTo(100);
    }

    @Test
    void inputDeletedInProgressShouldHaveNoEffect() {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(40)));
        String file = gateway.api().upload(InputLines.chat("narrow", 100));
        BatchView batch = batches.create(file);
        batches.await(batch.id(), "is in progress", now -> now.status().equals("in_progress") && now.completed() > 0);
        gateway.api().delete("/v1/files/" + file).expect(200);
        gateway.api().get("/v1/files/" + file).expect(404);

        BatchView ended = batches.awaitEnd(batch.id(), "completed");
        assertThat(batches.output(ended).count()).isEqualTo(100);
    }

    @Test
    void inputDeletedBeforeItIsReadShouldFailTheBatch() {
        String file = gateway.api().upload(InputLines.chat("steady", 3));
        gateway.api().delete("/v1/files/" + file).expect(200);
        assertInputRefused(batches.create(file), "Cannot find file " + file);
    }

    @Test
    void inputThatNeverWasShouldFailTheBatch() {
        String file = "file-" + "0".repeat(32);
        assertInputRefused(batches.create(file), "Cannot find file " + file);
        assertInputRefused(batches.create("file no such thing"), "Cannot find file file no such thing");
    }

    @Test
    void inputOfAnotherPurposeShouldFailTheBatch() {
        String file = gateway.api()
                .upload(
                        "user_data",
                        BodyPublishers.ofByteArray(InputLines.chat("steady", 1).bytes()))
                .expect(200)
                .json()
                .path("id")
                .asText();
        assertInputRefused(batches.create(file), "Invalid file purpose: expected 'batch' but got 'user_data'.");
    }

    private void assertInputRefused(BatchView created, String message) {
        assertThat(created.status()).isEqualTo("validating");
        BatchView batch = batches.awaitEnd(created.id(), "failed");
        assertThat(batch.refusals()).hasSize(1);
        BatchView.Refusal refusal = batch.refusals().getFirst();
        assertThat(refusal.code()).isEqualTo("invalid_request");
        assertThat(refusal.param()).isEqualTo("file_id");
        assertThat(refusal.line()).isZero();
        assertThat(refusal.message()).startsWith(message);
        assertThat(batch.total()).isZero();
        assertThat(batch.outputFile()).isEmpty();
        assertThat(batch.errorFile()).isEmpty();
    }

    @Test
    void metadataAndOutputExpiryShouldBeKept() {
        String file = gateway.api().upload(InputLines.chat("steady", 2));
        Map<String, String> metadata = Map.of("team", "search 🔍", "run", "7");
        String json = "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"" + CHAT + "\",\"completion_window\":\"90m\","
                + "\"metadata\":{\"team\":" + Json.quoted("search 🔍") + ",\"run\":\"7\"},"
                + "\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":3600}}";
        String id = gateway.api()
                .postJson("/v1/batches", json)
                .expect(200)
                .json()
                .path("id")
                .asText();

        BatchView batch = batches.awaitEnd(id, "completed");

        assertThat(batch.json().path("metadata").properties())
                .extracting(entry -> Map.entry(entry.getKey(), entry.getValue().asText()))
                .containsExactlyInAnyOrderElementsOf(metadata.entrySet());
        assertThat(batch.time("expires_at").orElseThrow()
                        - batch.time("created_at").orElseThrow())
                .isEqualTo(5400);
        JsonNode output = gateway.api()
                .get("/v1/files/" + batch.outputFile().orElseThrow())
                .json();
        assertThat(output.path("expires_at").asLong()
                        - output.path("created_at").asLong())
                .isEqualTo(3600);
    }

    @Test
    void everyStateShouldBeShownWithAllKeys() {
        Set<String> keys = Set.of(
                "id",
                "object",
                "endpoint",
                "model",
                "errors",
                "input_file_id",
                "completion_window",
                "status",
                "output_file_id",
                "error_file_id",
                "created_at",
                "in_progress_at",
                "expires_at",
                "finalizing_at",
                "completed_at",
                "failed_at",
                "expired_at",
                "cancelling_at",
                "cancelled_at",
                "request_counts",
                "usage",
                "metadata",
                "backfill");
        BatchView created = batches.submit(InputLines.chat("steady", 1));
        BatchView ended = batches.awaitEnd(created.id(), "completed");
        for (BatchView seen : List.of(created, ended)) {
            assertThat(seen.json().fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(keys);
        }
    }
}
