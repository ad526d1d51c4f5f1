package io.backfill.simulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.Latency;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the batching engine through HTTP. */
@Timeout(60)
class SimulatorEngineTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SimulatorOptions FAST = SimulatorOptions.defaults().withEngine(EngineParameters.H100_8B, 200);
    private static final String DOCUMENT = "a line of the document; ".repeat(40);

    private static String chat(String document, String question) {
        return chat(document, question, "");
    }

    private static String chat(String document, String question, String more) {
        return "{\"model\":\"tiny-sim\",\"messages\":[{\"role\":\"user\",\"content\":\"" + document + question + "\"}]"
                + more + "}";
    }

    private static JsonNode usage(SimulatorClient client, String path, String body) throws Exception {
        HttpResponse<String> answer = client.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).get("usage");
    }

    @Test
    void usageShouldSayHowMuchOfThePromptWasCached() throws Exception {
        try (Simulator sim = Simulator.start(FAST);
                SimulatorClient client = new SimulatorClient(sim)) {
            JsonNode first = usage(client, SimulatorClient.CHAT, chat(DOCUMENT, "Who?"));
            JsonNode second = usage(client, SimulatorClient.CHAT, chat(DOCUMENT, "And when was that?"));

            // "user" and the content: 4 + 960 + 4 bytes, at 4 bytes per token
            assertThat(first.get("prompt_tokens").intValue()).isEqualTo(242);
            assertThat(first.at("/prompt_tokens_details/cached_tokens").intValue())
                    .isZero();
            // 964 common bytes are 15 blocks of 64 bytes
            assertThat(second.at("/prompt_tokens_details/cached_tokens").intValue())
                    .isEqualTo(240);
            assertThat(sim.engineStatistics("tiny-sim").orElseThrow().cachedTokens())
                    .isEqualTo(240);
        }
    }

    @Test
    void everyEndpointShouldFindItsPrefix() throws Exception {
        try (Simulator sim = Simulator.start(FAST);
                SimulatorClient client = new SimulatorClient(sim)) {
            String completion = "{\"model\":\"tiny-sim\",\"prompt\":\"" + DOCUMENT + "\"}";
            String response = "{\"model\":\"tiny-sim\",\"input\":\"and now?\",\"instructions\":\"!!" + DOCUMENT + "\"}";
            String embedding = "{\"model\":\"tiny-sim\",\"input\":[\"??" + DOCUMENT + "\"]}";
            for (String cached : new String[] {"0", "224"}) {
                assertThat(usage(client, "/v1/completions", completion)
                                .at("/prompt_tokens_details/cached_tokens")
                                .asText())
                        .isEqualTo(cached);
                assertThat(usage(client, "/v1/embeddings", embedding)
                                .at("/prompt_tokens_details/cached_tokens")
                                .asText())
                        .isEqualTo(cached.equals("0") ? "0" : "240");
                assertThat(usage(client, "/v1/responses", response)
                                .at("/input_tokens_details/cached_tokens")
                                .asText())
                        .isEqualTo(cached.equals("0") ? "0" : "240");
            }
        }
    }

    @Test
    void choicesShouldShareTheirPrompt() throws Exception {
        try (Simulator sim = Simulator.start(FAST);
                SimulatorClient client = new SimulatorClient(sim)) {
            JsonNode usage = usage(client, SimulatorClient.CHAT, chat(DOCUMENT, "Who?", ",\"n\":3"));

            assertThat(usage.get("prompt_tokens").intValue()).isEqualTo(242);
            assertThat(usage.at("/prompt_tokens_details/cached_tokens").intValue())
                    .isEqualTo(2 * 240);
        }
    }

    @Test
    void metricsShouldTellTheCacheAndItsHits() throws Exception {
        EngineParameters parameters = EngineParameters.H100_8B.withBlocks(9000);
        try (Simulator sim = Simulator.start(FAST.withEngine(parameters));
                SimulatorClient client = new SimulatorClient(sim)) {
            client.post(SimulatorClient.CHAT, chat(DOCUMENT, "Who?"));
            client.post(SimulatorClient.CHAT, chat(DOCUMENT, "Why?", ",\"max_tokens\":5,\"ignore_eos\":true"));

            String metrics = client.get("/metrics").body();

            String labels = "{engine=\"0\",model_name=\"tiny-sim\"";
            assertThat(metrics)
                    .contains("vllm:cache_config_info{block_size=\"16\",enable_prefix_caching=\"True\",engine=\"0\","
                            + "num_gpu_blocks=\"9000\"} 1.0")
                    .contains("vllm:prefix_cache_queries_total" + labels + "} 484.0")
                    .contains("vllm:prefix_cache_hits_total" + labels + "} 240.0")
                    .contains("vllm:num_requests_waiting" + labels + "} 0.0")
                    .contains("vllm:num_requests_running" + labels + "} 0.0")
                    .contains("vllm:kv_cache_usage_perc" + labels + "} 0.0")
                    .contains("vllm:prompt_tokens_total" + labels + "} 484.0")
                    .contains("vllm:time_to_first_token_seconds_count" + labels + "} 2.0")
                    .contains(
                            "vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"+Inf\",model_name=\"tiny-sim\"} 2.0")
                    .contains("# TYPE vllm:inter_token_latency_seconds histogram")
                    .contains("vllm:e2e_request_latency_seconds_count" + labels + "} 2.0");
        }
    }

    @Test
    void aPlainSimulatorShouldReportACacheThatIsOff() throws Exception {
        try (Simulator sim = Simulator.start(SimulatorOptions.defaults());
                SimulatorClient client = new SimulatorClient(sim)) {
            assertThat(client.get("/metrics").body())
                    .contains("vllm:num_requests_waiting")
                    .contains("vllm:prefix_cache_queries_total{engine=\"0\",model_name=\"tiny-sim\"} 0.0")
                    .doesNotContain("cache_config_info");
            assertThat(sim.engineStatistics("tiny-sim")).isEmpty();
        }
    }

    @Test
    void requestsTheEngineRefusesShouldBeAnsweredAsVllmDoes() throws Exception {
        EngineParameters tight =
                EngineParameters.H100_8B.withBlocks(64).withMaxSequences(1).withMaxQueued(1);
        try (Simulator sim = Simulator.start(SimulatorOptions.defaults().withEngine(tight));
                SimulatorClient client = new SimulatorClient(sim)) {
            HttpResponse<String> tooLarge = client.post(SimulatorClient.CHAT, chat(DOCUMENT.repeat(5), ""));
            assertThat(tooLarge.statusCode()).isEqualTo(400);
            assertThat(tooLarge.body()).contains("context_length_exceeded");

            HttpResponse<String> urgent = client.post(SimulatorClient.CHAT, chat("", "now", ",\"priority\":-1"));
            assertThat(urgent.statusCode()).isEqualTo(400);
            assertThat(urgent.body()).contains("priority");
            assertThat(client.post(SimulatorClient.CHAT, chat("", "now", ",\"priority\":0,\"max_tokens\":2"))
                            .statusCode())
                    .isEqualTo(200);

            String endless = chat("", "on", ",\"max_tokens\":900,\"ignore_eos\":true");
            try (Socket running = open(sim, endless)) {
                await().until(() -> sim.engineLoad("tiny-sim").running() == 1);
                try (Socket queued = open(sim, endless)) {
                    await().until(() -> sim.engineLoad("tiny-sim").waiting() == 1);
                    HttpResponse<String> refused = client.post(SimulatorClient.CHAT, chat("", "too late"));
                    assertThat(refused.statusCode()).isEqualTo(503);
                    assertThat(refused.body()).contains("queue is full");
                    assertThat(running.isConnected() && queued.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    void priorityShouldBeTakenWhereItIsOn() throws Exception {
        EngineParameters priorities = EngineParameters.H100_8B.withPriorityScheduling(true);
        try (Simulator sim = Simulator.start(FAST.withEngine(priorities));
                SimulatorClient client = new SimulatorClient(sim)) {
            assertThat(client.post(SimulatorClient.CHAT, chat("", "now", ",\"priority\":-1"))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aClientThatLeavesShouldFreeItsPlace() throws Exception {
        try (Simulator sim = Simulator.start(SimulatorOptions.defaults().withEngine(EngineParameters.H100_8B))) {
            // 9,000 tokens at 7 ms take about a minute
            try (Socket client = open(sim, chat("", "on", ",\"max_tokens\":9000,\"ignore_eos\":true"))) {
                await().until(() -> sim.engineLoad("tiny-sim").running() == 1);
                assertThat(client.isConnected()).isTrue();
            }
            await().until(() -> sim.engineLoad("tiny-sim").running() == 0);
            await().until(() -> sim.stats().open() == 0);
            assertThat(sim.ledger().getFirst().note()).hasValue("client-gone");
            try (SimulatorClient client = new SimulatorClient(sim)) {
                assertThat(client.get("/metrics").body())
                        .contains("finished_reason=\"abort\",model_name=\"tiny-sim\"} 1.0");
            }
        }
    }

    @Test
    void theFirstEventOfAStreamShouldComeLongBeforeTheLast() throws Exception {
        try (Simulator sim = Simulator.start(SimulatorOptions.defaults().withEngine(EngineParameters.H100_8B));
                HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(sim.baseUrl() + SimulatorClient.CHAT))
                    .POST(HttpRequest.BodyPublishers.ofString(
                            chat(DOCUMENT, "on", ",\"stream\":true,\"max_tokens\":600,\"ignore_eos\":true")))
                    .build();
            try (Stream<String> lines =
                    http.send(request, BodyHandlers.ofLines()).body()) {
                Iterator<String> each = lines.filter(line -> !line.isEmpty()).iterator();

                assertThat(each.next()).contains("\"role\":\"assistant\"");
                assertThat(each.next()).contains("\"content\":");
                // 600 tokens at 7 ms take four seconds
                assertThat(sim.engineLoad("tiny-sim").running()).isEqualTo(1);
            }
            http.shutdownNow();
            await().until(() -> sim.engineLoad("tiny-sim").running() == 0);
        }
    }

    @Test
    void latencyShouldNotBeAdjustableBesideAnEngine() throws Exception {
        try (Simulator sim = Simulator.start(FAST);
                SimulatorClient client = new SimulatorClient(sim)) {
            assertThat(client.send("PUT", "/admin/latency", "20ms").statusCode())
                    .isEqualTo(400);
            assertThat(client.get("/admin/latency").statusCode()).isEqualTo(400);
            assertThatThrownBy(() -> sim.latency(Latency.NONE)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static Socket open(Simulator sim, String body) throws Exception {
        Socket socket = new Socket("127.0.0.1", sim.port());
        socket.getOutputStream()
                .write(("POST " + SimulatorClient.CHAT + " HTTP/1.1\r\nHost: s\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body)
                        .getBytes(US_ASCII));
        return socket;
    }
}
