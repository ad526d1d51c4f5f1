package io.backfill.simulator;

import static io.backfill.simulator.SimulatorClient.CHAT;
import static io.backfill.simulator.SimulatorClient.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.simulator.engine.Latency;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatorTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Simulator simulator;
    private SimulatorClient client;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults().withModels("tiny-sim", "org/small:7b"));
        client = new SimulatorClient(simulator);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        simulator.close();
    }

    @Test
    void chatShouldAnswerWithAMessageAboutThePromptAndItsUsage() throws Exception {
        HttpResponse<String> response = client.post(CHAT, chat("Where is the lighthouse?"));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode body = MAPPER.readTree(response.body());
        assertThat(body.path("object").asText()).isEqualTo("chat.completion");
        assertThat(body.path("model").asText()).isEqualTo("tiny-sim");
        String content = body.at("/choices/0/message/content").asText();
        assertThat(content).contains("Where is the lighthouse?").contains("'lighthouse'");
        assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(content.split(" ").length);
        assertThat(body.at("/usage/total_tokens").asInt())
                .isEqualTo(body.at("/usage/prompt_tokens").asInt()
                        + body.at("/usage/completion_tokens").asInt());
        assertThat(body.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1))
                .isZero();
    }

    @Test
    void theSameRequestShouldGetTheSameBytesAndAnotherOneOthers() throws Exception {
        String first = client.post(CHAT, chat("one")).body();

        assertThat(client.post(CHAT, chat("one")).body()).isEqualTo(first);
        assertThat(client.post(CHAT, chat("two")).body()).isNotEqualTo(first);
    }

    @Test
    void chatShouldReadContentPartsAndAnswerTheLastMessageOfTheUser() throws Exception {
        String body = """
                {"model":"tiny-sim","n":2,"messages":[{"role":"user","content":"first"},{"role":"assistant","content":"no"},
                 {"content":[{"type":"image_url","image_url":{"url":"data:,"}},{"type":"text","text":"Ist Grün schön?"}],"role":"user"}]}
                """;

        JsonNode answer = MAPPER.readTree(client.post(CHAT, body).body());

        assertThat(answer.path("choices")).hasSize(2);
        assertThat(answer.at("/choices/0/message/content").asText()).contains("Ist Grün schön?");
        assertThat(answer.at("/choices/1/index").asInt()).isEqualTo(1);
    }

    @Test
    void maxTokensShouldCutTheAnswerAndSaySo() throws Exception {
        String body = "{\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]}";

        JsonNode answer = MAPPER.readTree(client.post(CHAT, body).body());

        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/choices/0/message/content").asText().split(" ")).hasSize(3);
    }

    @Test
    void streamShouldSendTheTextOfTheWholeAnswerInPieces() throws Exception {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of “ships”\"}]}";
        HttpResponse<String> response =
                client.post(CHAT, "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + messages);

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        String[] events = response.body().split("\n\n");
        assertThat(events[events.length - 1]).isEqualTo("data: [DONE]");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < events.length - 1; i++) {
            JsonNode event = MAPPER.readTree(events[i].substring("data: ".length()));
            assertThat(event.path("object").asText()).isEqualTo("chat.completion.chunk");
            text.append(event.at("/choices/0/delta/content").asText(""));
        }
        JsonNode usage = MAPPER.readTree(events[events.length - 2].substring(6)).path("usage");
        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(events.length - 3);
        assertThat(text.toString()).contains("Tell me of “ships”").endsWith(".");
    }

    @Test
    void completionsShouldAnswerEveryPrompt() throws Exception {
        JsonNode answer = MAPPER.readTree(client.post("/v1/completions", "{\"prompt\":[\"red\",\"blue\"]}")
                .body());

        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.at("/choices/0/text").asText()).contains("red");
        assertThat(answer.at("/choices/1/text").asText()).contains("blue");
    }

    @Test
    void embeddingsShouldBeTheSameAsNumbersAndAsBase64() throws Exception {
        JsonNode numbers = MAPPER.readTree(
                client.post("/v1/embeddings", "{\"input\":\"a cup\"}").body());
        String asked = "{\"input\":[\"other\",\"a cup\"],\"encoding_format\":\"base64\"}";
        JsonNode encoded = MAPPER.readTree(client.post("/v1/embeddings", asked).body());

        assertThat(numbers.at("/data/0/embedding")).hasSize(384);
        ByteBuffer raw = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(encoded.at("/data/1/embedding").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        double squares = 0;
        for (JsonNode number : numbers.at("/data/0/embedding")) {
            float value = raw.getFloat();
            assertThat(number.floatValue()).isEqualTo(value);
            squares += value * value;
        }
        assertThat(raw.hasRemaining()).isFalse();
        assertThat(squares).isCloseTo(1, within(1e-4));
    }

    @Test
    void embeddingsShouldTakeTokenIdsAndDimensions() throws Exception {
        JsonNode one = MAPPER.readTree(client.post("/v1/embeddings", "{\"input\":[1,2,3],\"dimensions\":8}")
                .body());
        JsonNode two = MAPPER.readTree(client.post("/v1/embeddings", "{\"input\":[[1,2,3],[4]],\"dimensions\":8}")
                .body());

        assertThat(one.path("data")).hasSize(1);
        assertThat(one.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(two.path("data")).hasSize(2);
        assertThat(two.at("/data/0/embedding")).hasSize(8).isEqualTo(one.at("/data/0/embedding"));
    }

    @Test
    void responsesShouldAnswerTextAndConversations() throws Exception {
        JsonNode text = MAPPER.readTree(
                client.post("/v1/responses", "{\"input\":\"Is it late?\"}").body());
        String conversation =
                "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Too early?\"}]}]}";
        JsonNode items =
                MAPPER.readTree(client.post("/v1/responses", conversation).body());

        assertThat(text.path("status").asText()).isEqualTo("completed");
        assertThat(text.at("/output/0/content/0/text").asText()).contains("Is it late?");
        assertThat(text.at("/usage/input_tokens_details/cached_tokens").asInt(-1))
                .isZero();
        assertThat(items.at("/output/0/content/0/text").asText()).contains("Too early?");
    }

    @Test
    void moderationsShouldGiveOneUnflaggedResultPerInput() throws Exception {
        JsonNode answer = MAPPER.readTree(
                client.post("/v1/moderations", "{\"input\":[\"a\",\"b\"]}").body());

        assertThat(answer.path("results")).hasSize(2);
        assertThat(answer.at("/results/0/flagged").asBoolean(true)).isFalse();
        assertThat(answer.at("/results/1/category_scores/violence").isDouble()).isTrue();
    }

    @Test
    void unknownModelShouldGet404UnlessAnyModelIsServed() throws Exception {
        String body = "{\"model\":\"huge\",\"prompt\":\"x\"}";
        HttpResponse<String> refused = client.post("/v1/completions", body);

        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(refused.body()).at("/error/code").asText()).isEqualTo("model_not_found");
        try (Simulator any = Simulator.start(SimulatorOptions.defaults().withAnyModel());
                SimulatorClient toAny = new SimulatorClient(any)) {
            JsonNode answer =
                    MAPPER.readTree(toAny.post("/v1/completions", body).body());
            assertThat(answer.path("model").asText()).isEqualTo("huge");
        }
    }

    @Test
    void brokenBodiesShouldGet400WithTheWholeEnvelope() throws Exception {
        for (String body : new String[] {"", "{\"model\":", "[1]", "{} {}", "{\"model\":\"tiny-sim\"}"}) {
            HttpResponse<String> refused = client.post(CHAT, body);
            assertThat(refused.statusCode()).as(body).isEqualTo(400);
            JsonNode error = MAPPER.readTree(refused.body()).path("error");
            assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void requestIdShouldBeEchoed() throws Exception {
        assertThat(client.post(CHAT, chat("x"), "X-Request-Id", "req-7")
                        .headers()
                        .firstValue("X-Request-Id"))
                .hasValue("req-7");
        assertThat(client.post(CHAT, chat("x")).headers().firstValue("X-Request-Id"))
                .isEmpty();
    }

    @Test
    void modelsShouldBeListedAndFoundByTheirEncodedName() throws Exception {
        JsonNode list = MAPPER.readTree(client.get("/v1/models").body());

        assertThat(list.at("/data/1/id").asText()).isEqualTo("org/small:7b");
        assertThat(client.get("/v1/models/org%2Fsmall:7b").statusCode()).isEqualTo(200);
        assertThat(client.get("/v1/models/org/small:7b").statusCode()).isEqualTo(200);
        assertThat(client.get("/v1/models/none").statusCode()).isEqualTo(404);
        assertThat(client.get("/v1/none").statusCode()).isEqualTo(404);
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsShouldCountRequestsAndTokensPerModel() throws Exception {
        client.post(CHAT, chat("one two three"));
        JsonNode usage =
                MAPPER.readTree(client.post(CHAT, chat("one two three")).body()).path("usage");

        String metrics = client.get("/metrics").body();

        assertThat(metrics)
                .contains(
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"stop\",model_name=\"tiny-sim\"} 2.0")
                .contains(
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"tiny-sim\"} 0.0")
                .contains("vllm:num_requests_running{engine=\"0\",model_name=\"org/small:7b\"} 0.0")
                .contains("vllm:num_requests_waiting{engine=\"0\",model_name=\"tiny-sim\"} 0.0")
                .contains("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"tiny-sim\"} 0.0")
                .contains("vllm:generation_tokens_total{engine=\"0\",model_name=\"tiny-sim\"} "
                        + 2.0 * usage.path("completion_tokens").asInt())
                .contains("vllm:prompt_tokens_total{engine=\"0\",model_name=\"tiny-sim\"} "
                        + 2.0 * usage.path("prompt_tokens").asInt());
    }

    @Test
    void metricsShouldSpreadTheLatencyOverTheTokens() throws Exception {
        simulator.latency(Latency.fixed(Duration.ofMillis(120)));
        String body = "{\"model\":\"tiny-sim\",\"max_tokens\":4,\"ignore_eos\":true,\"stream\":%s,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"on\"}]}";
        client.post(CHAT, body.formatted(false));
        client.post(CHAT, body.formatted(true));

        String labels = "{engine=\"0\",%smodel_name=\"tiny-sim\"}";
        assertThat(client.get("/metrics").body())
                .contains("vllm:time_to_first_token_seconds_bucket" + labels.formatted("le=\"0.02\",") + " 0.0")
                .contains("vllm:time_to_first_token_seconds_bucket" + labels.formatted("le=\"0.04\",") + " 2.0")
                .contains("vllm:inter_token_latency_seconds_bucket" + labels.formatted("le=\"0.025\",") + " 0.0")
                .contains("vllm:inter_token_latency_seconds_bucket" + labels.formatted("le=\"0.05\",") + " 6.0")
                .contains("vllm:inter_token_latency_seconds_count" + labels.formatted("") + " 6.0")
                .contains("vllm:e2e_request_latency_seconds_sum" + labels.formatted("") + " 0.24")
                .contains("vllm:generation_tokens_total" + labels.formatted("") + " 8.0");
    }

    @Test
    void latencyShouldDelayTheAnswerAndBeChangedWhileRunning() throws Exception {
        simulator.latency(Latency.fixed(Duration.ofMillis(120)));
        long started = System.nanoTime();
        client.post(CHAT, chat("slow"));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(120));

        assertThat(client.send("PUT", "/admin/latency", "lognormal:1ms:0.5").body())
                .startsWith("lognormal:1.0ms:0.5");
        assertThat(client.send("PUT", "/admin/latency", "soon").statusCode()).isEqualTo(400);
        assertThat(client.get("/admin/latency").body()).startsWith("lognormal:1.0ms:0.5");
    }

    @Test
    void bodiesOfManyMegabytesShouldBeRead() throws Exception {
        String long10Mb = "word ".repeat(2 << 20);

        HttpResponse<String> response = client.post(CHAT, chat(long10Mb));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(MAPPER.readTree(response.body()).at("/usage/prompt_tokens").asInt())
                .isGreaterThan(2 << 20);
        assertThat(simulator.ledger().getFirst().status()).hasValue(200);
    }

    @Test
    void closingShouldFreeThePortForTheNextOne() throws Exception {
        client.post(CHAT, chat("before"));
        int port = simulator.port();
        simulator.close();

        try (Simulator next = Simulator.start(SimulatorOptions.defaults().withPort(port));
                SimulatorClient toNext = new SimulatorClient(next)) {
            assertThat(toNext.post(CHAT, chat("after")).statusCode()).isEqualTo(200);
            assertThat(next.ledger()).extracting("model").containsExactly(Optional.of("tiny-sim"));
        }
    }
}
