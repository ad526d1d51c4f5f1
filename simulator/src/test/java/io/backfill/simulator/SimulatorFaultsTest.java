package io.backfill.simulator;

import static io.backfill.simulator.SimulatorClient.CHAT;
import static io.backfill.simulator.SimulatorClient.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatorFaultsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Simulator simulator;
    private SimulatorClient client;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults());
        client = new SimulatorClient(simulator);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        simulator.close();
    }

    @Test
    void statusShouldAnswerTheEnvelopeWithRetryAfter() throws Exception {
        simulator.faults(FaultRule.answering(429).withRetryAfter("2"));

        HttpResponse<String> response = client.post(CHAT, chat("x"), "X-Request-Id", "r");

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(response.headers().firstValue("X-Request-Id")).hasValue("r");
        assertThat(MAPPER.readTree(response.body()).at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(simulator.ledger().getFirst().status()).hasValue(429);
        assertThat(simulator.ledger().getFirst().note()).hasValue("status");
    }

    @Test
    void headersShouldEndTheConnectionBeforeTheBody() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.HEADERS));

        assertThatThrownBy(() -> client.post(CHAT, chat("x"))).isInstanceOf(IOException.class);
        assertThat(simulator.ledger().getFirst().note()).hasValue("headers");
    }

    @Test
    void trickleShouldSendTheRightAnswerByteByByte() throws Exception {
        String right = client.post(CHAT, chat("x")).body();
        simulator.faults(FaultRule.trickle(1));
        long start = System.nanoTime();

        assertThat(client.post(CHAT, chat("x")).body()).isEqualTo(right);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(right.length()));
    }

    @Test
    void gzipShouldCompressTheRightAnswerUnasked() throws Exception {
        byte[] right = client.postForBytes(CHAT, chat("x")).body();
        simulator.faults(FaultRule.of(FaultKind.GZIP));

        HttpResponse<byte[]> answer = client.postForBytes(CHAT, chat("x"));

        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes())
                .isEqualTo(right);
    }

    @Test
    void largeShouldAddAMemberOfSoManyBytes() throws Exception {
        String right = client.post(CHAT, chat("x")).body();
        simulator.faults(FaultRule.large(1_000_000));

        String large = client.post(CHAT, chat("x")).body();

        assertThat(MAPPER.readTree(large).path("padding").asText()).hasSize(1_000_000);
        assertThat(large).endsWith(right.substring(1));
    }

    @Test
    void firstShouldHitEachRequestIdSoManyTimes() throws Exception {
        simulator.faults(FaultRule.answering(500).first(2));

        assertThat(statuses("a", 4)).containsExactly(500, 500, 200, 200);
        assertThat(statuses("b", 3)).containsExactly(500, 500, 200);
    }

    @Test
    void firstShouldCountByBodyWhereThereIsNoRequestId() throws Exception {
        simulator.faults(FaultRule.answering(500).first(1));

        assertThat(client.post(CHAT, chat("one")).statusCode()).isEqualTo(500);
        assertThat(client.post(CHAT, chat("two")).statusCode()).isEqualTo(500);
        assertThat(client.post(CHAT, chat("one")).statusCode()).isEqualTo(200);
    }

    @Test
    void matchShouldHitOnlyBodiesWithTheText() throws Exception {
        simulator.faults(FaultRule.answering(400).matching("poison"));

        assertThat(client.post(CHAT, chat("a poisonous frog")).statusCode()).isEqualTo(400);
        assertThat(client.post(CHAT, chat("a harmless frog")).statusCode()).isEqualTo(200);
    }

    @Test
    void headerShouldHitOnlyRequestsThatCarryIt() throws Exception {
        simulator.faults(FaultRule.answering(503).withHeader("x-tenant", "noisy"));

        assertThat(client.post(CHAT, chat("x"), "X-Tenant", "a-noisy-one").statusCode())
                .isEqualTo(503);
        assertThat(client.post(CHAT, chat("x"), "X-Tenant", "quiet").statusCode())
                .isEqualTo(200);
        assertThat(client.post(CHAT, chat("x")).statusCode()).isEqualTo(200);
    }

    @Test
    void timesShouldLimitTheHitsInAll() throws Exception {
        simulator.faults(FaultRule.answering(500).times(2));

        assertThat(statuses("a", 4)).containsExactly(500, 500, 200, 200);
    }

    @Test
    void rateShouldHitThatShareTheSameWayEveryTime() throws Exception {
        simulator.faults(FaultRule.answering(500).withRate(0.3));
        List<Integer> first = statuses("a", 400);
        simulator.faults(FaultRule.answering(500).withRate(0.3));
        List<Integer> second = statuses("a", 400);

        assertThat(Collections.frequency(first, 500)).isBetween(90, 150);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void returnErrorHeaderShouldForceThatStatus() throws Exception {
        assertThat(client.post(CHAT, chat("x"), "X-Return-Error", "503").statusCode())
                .isEqualTo(503);
        assertThat(client.post(CHAT, chat("x"), "X-Return-Error", "teapot").statusCode())
                .isEqualTo(200);
    }

    @Test
    void slowShouldAddItsTimeAndThenGoOn() throws Exception {
        simulator.faults(FaultRule.slow(150), FaultRule.answering(500).first(1));
        long started = System.nanoTime();

        assertThat(statuses("a", 2)).containsExactly(500, 200);

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(simulator.ledger().getLast().note()).hasValue("slow");
    }

    @Test
    void prettyShouldSpreadTheSameObjectOverManyLines() throws Exception {
        String right = client.post(CHAT, chat("say \\\"{[,]}\\\\\\\"")).body();
        for (FaultKind kind : new FaultKind[] {FaultKind.PRETTY, FaultKind.PRETTY_CRLF}) {
            simulator.faults(FaultRule.of(kind));
            String pretty = client.post(CHAT, chat("say \\\"{[,]}\\\\\\\"")).body();

            assertThat(pretty.lines()).hasSizeGreaterThan(10);
            assertThat(pretty.contains("\r\n")).isEqualTo(kind == FaultKind.PRETTY_CRLF);
            assertThat(MAPPER.readTree(pretty)).isEqualTo(MAPPER.readTree(right));
        }
    }

    @Test
    void brokenJsonShouldBeHalfOfTheRightAnswer() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.BROKEN_JSON));

        HttpResponse<String> response = client.post(CHAT, chat("x"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> MAPPER.readTree(response.body())).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void notUtf8ShouldHoldAByteThatCannotBeDecoded() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.NOT_UTF8));

        byte[] body = client.postForBytes(CHAT, chat("x")).body();

        assertThatThrownBy(() -> StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(body)))
                .isInstanceOf(CharacterCodingException.class);
    }

    @Test
    void htmlSseAndEmptyShouldBeCompleteAnswersOfAnotherKind() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.HTML).withStatus(502));
        HttpResponse<String> html = client.post(CHAT, chat("x"));
        assertThat(html.statusCode()).isEqualTo(502);
        assertThat(html.headers().firstValue("Content-Type")).hasValue("text/html");

        simulator.faults(FaultRule.of(FaultKind.SSE));
        HttpResponse<String> sse = client.post(CHAT, chat("x"));
        assertThat(sse.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(sse.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");

        simulator.faults(FaultRule.of(FaultKind.EMPTY));
        assertThat(client.post(CHAT, chat("x")).body()).isEmpty();
    }

    @Test
    void brokenConnectionsShouldStayUnansweredInTheLedger() {
        for (FaultKind kind : new FaultKind[] {FaultKind.RESET, FaultKind.SHORT, FaultKind.CLOSE}) {
            simulator.clearLedger();
            // two, because the JDK's client repeats a request on a new connection if a reused one closes without an
            // answer
            simulator.faults(FaultRule.of(kind).times(2));

            assertThatThrownBy(() -> client.post(CHAT, chat("x")))
                    .as(kind.wireName())
                    .isInstanceOf(IOException.class);

            LedgerEntry entry = simulator.ledger().getFirst();
            assertThat(entry.note()).hasValue(kind.wireName());
            assertThat(entry.status()).isEqualTo(OptionalInt.empty());
            assertThat(entry.answered()).isEmpty();
        }
    }

    @Test
    void resetShouldBeSeenAsAResetInTheMiddleOfTheBody() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.RESET));
        try (Socket socket = rawRequest()) {
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void hangShouldStayOpenUntilTheClientLeaves() throws Exception {
        simulator.faults(FaultRule.of(FaultKind.HANG));
        try (Socket socket = rawRequest()) {
            Awaitility.await()
                    .until(() ->
                            simulator.stats().open() == 1 && simulator.ledger().size() == 1);
            assertThat(socket.getInputStream().available()).isZero();
        }
        Awaitility.await().until(() -> simulator.stats().open() == 0);
        assertThat(simulator.ledger().getFirst().note()).isEqualTo(Optional.of("hang"));
    }

    @Test
    void adminPageShouldShowChangeAndRefuseRules() throws Exception {
        String rules = "{\"seed\":3,\"rules\":[{\"fault\":\"status\",\"status\":500,\"rate\":0.5}]}";

        assertThat(client.send("PUT", "/admin/faults", rules).body().strip()).isEqualTo(rules);
        assertThat(client.get("/admin/faults").body().strip()).isEqualTo(rules);
        HttpResponse<String> refused =
                client.send("PUT", "/admin/faults", "{\"rules\":[{\"fault\":\"status\",\"status\":99}]}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(client.get("/admin/faults").body().strip()).isEqualTo(rules);
        assertThat(client.send("DELETE", "/admin/faults", "").body()).contains("\"rules\":[]");
        assertThat(client.post(CHAT, chat("x")).statusCode()).isEqualTo(200);
    }

    private Socket rawRequest() throws IOException {
        Socket socket = new Socket("127.0.0.1", simulator.port());
        String body = chat("raw");
        String request = "POST " + CHAT + " HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private List<Integer> statuses(String requestId, int requests) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(client.post(CHAT, chat("x"), "X-Request-Id", requestId).statusCode());
        }
        return statuses;
    }
}
