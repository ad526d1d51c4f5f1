package io.backfill.simulator;

import static io.backfill.simulator.SimulatorClient.CHAT;
import static io.backfill.simulator.SimulatorClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.ledger.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminPagesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Simulator simulator;
    private SimulatorClient client;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults().withLedgerHeaders("Authorization", "traceparent"));
        client = new SimulatorClient(simulator);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        simulator.close();
    }

    @Test
    void ledgerShouldTellEachRequestInOneLine() throws Exception {
        long before = System.currentTimeMillis();
        String body = chat("für alle");
        client.post(CHAT, body, "X-Request-Id", "batch_req_00ff", "authorization", "Bearer \"k\"");
        client.post("/v1/completions", "{broken");

        List<JsonNode> lines = ledgerLines();

        assertThat(lines).hasSize(2);
        JsonNode first = lines.getFirst();
        assertThat(first.path("requestId").asText()).isEqualTo("batch_req_00ff");
        assertThat(first.path("path").asText()).isEqualTo(CHAT);
        assertThat(first.path("model").asText()).isEqualTo("tiny-sim");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
        assertThat(first.path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(digest));
        assertThat(first.path("received").asLong()).isBetween(before, System.currentTimeMillis());
        assertThat(first.path("answered").asLong())
                .isGreaterThanOrEqualTo(first.path("received").asLong());
        assertThat(first.path("status").asInt()).isEqualTo(200);
        assertThat(first.path("note").isNull()).isTrue();
        assertThat(first.path("headers")).hasToString("{\"Authorization\":\"Bearer \\\"k\\\"\"}");
        JsonNode second = lines.getLast();
        assertThat(second.path("requestId").isNull()).isTrue();
        assertThat(second.path("model").isNull()).isTrue();
        assertThat(second.path("status").asInt()).isEqualTo(400);
        assertThat(second.has("headers")).isFalse();
    }

    @Test
    void ledgerShouldShowOpenRequests() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.HANG).matching("hang"));
        Thread hanging = Thread.startVirtualThread(() -> {
            try {
                client.post(CHAT, chat("hang"));
            } catch (Exception ended) {
                // the test has closed the client
            }
        });
        Awaitility.await().until(() -> simulator.ledger().size() == 1);

        JsonNode open = ledgerLines().getFirst();

        assertThat(open.path("answered").isNull()).isTrue();
        assertThat(open.path("status").isNull()).isTrue();
        assertThat(MAPPER.readTree(client.get("/admin/stats").body())
                        .path("open")
                        .asInt())
                .isEqualTo(1);
        assertThat(hanging.isAlive()).isTrue();
    }

    @Test
    void deleteShouldClearTheLedgerAndTheCounts() throws Exception {
        client.post(CHAT, chat("x"));
        client.post(CHAT, chat("y"));
        JsonNode before = MAPPER.readTree(client.get("/admin/stats").body());
        assertThat(before.path("received").asInt()).isEqualTo(2);
        assertThat(before.path("open").asInt()).isZero();
        assertThat(before.path("mostOpen").asInt()).isEqualTo(1);
        assertThat(before.path("cpuMillis").asLong()).isPositive();

        assertThat(client.send("DELETE", "/admin/ledger", "").statusCode()).isEqualTo(200);

        assertThat(client.get("/admin/ledger").body()).isEmpty();
        assertThat(MAPPER.readTree(client.get("/admin/stats").body())
                        .path("received")
                        .asInt())
                .isZero();
    }

    @Test
    void ledgerShouldBeAvailableAsValuesToo() throws Exception {
        client.post(CHAT, chat("x"), "traceparent", "00-1-2-01");

        LedgerEntry entry = simulator.ledger().getFirst();

        assertThat(entry.headers()).isEqualTo(Map.of("traceparent", "00-1-2-01"));
        assertThat(entry.answered()).isPresent();
        assertThat(entry.requestId()).isEmpty();
    }

    private List<JsonNode> ledgerLines() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : client.get("/admin/ledger").body().lines().toList()) {
            lines.add(MAPPER.readTree(line));
        }
        return lines;
    }
}
