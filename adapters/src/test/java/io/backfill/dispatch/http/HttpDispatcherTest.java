package io.backfill.dispatch.http;

import static io.backfill.dispatch.http.Calls.call;
import static io.backfill.dispatch.http.Calls.model;
import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.ScriptedServer.answer;
import static io.backfill.dispatch.http.ScriptedServer.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests answers of every form, and the reuse of connections. */
@Timeout(30)
class HttpDispatcherTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ScriptedServer server = new ScriptedServer(json(200, "{}"));
    private final Model model = model(server.uri());
    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final HttpDispatcher dispatcher =
            new HttpDispatcher(HttpConfig.DEFAULT, timer, () -> NOW, System::nanoTime);

    @AfterEach
    void close() {
        dispatcher.close();
        timer.shutdownNow();
        server.close();
    }

    @Test
    void constructorShouldRefuseATimerThatKeepsCancelledTasks() {
        try (ScheduledThreadPoolExecutor keeping = new ScheduledThreadPoolExecutor(1)) {
            assertThatThrownBy(() -> new HttpDispatcher(HttpConfig.DEFAULT, keeping, () -> NOW, System::nanoTime))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void dispatchShouldLeaveNoTaskInTheTimer() throws Exception {
        call(dispatcher, request(model));

        assertThat(timer.getQueue()).isEmpty();
    }

    @Test
    void dispatchShouldTakeAChunkedAnswer() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.write("3\r\n{\n \r\n");
            connection.write("2;extension=1\r\n }\r\n0\r\nTrailer: x\r\n\r\n");
            return true;
        });

        answered(request(model))
                .satisfies(
                        answer -> assertThat(answer.answer().bytes()).asString().isEqualTo("{\n  }"));
        answered(request(model))
                .satisfies(
                        answer -> assertThat(answer.answer().bytes()).asString().isEqualTo("{\n  }"));
        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void dispatchShouldTakeAnAnswerThatEndsWithTheConnection() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}");
            return false;
        });

        answered(request(model))
                .satisfies(
                        answer -> assertThat(answer.answer().bytes()).asString().isEqualTo("{\"a\":1}"));
    }

    @Test
    void dispatchShouldTakeALargeAnswerWhole() throws Exception {
        String large = "{\"x\":\"" + "0123456789".repeat(500_000) + "\"}";
        server.script(json(200, large));

        answered(request(model))
                .satisfies(answer -> assertThat(answer.answer().bytes()).isEqualTo(large.getBytes(UTF_8)));
    }

    @Test
    void dispatchShouldSendALargeBodyWhole() throws Exception {
        String large = "{\"x\":\"" + "0123456789".repeat(500_000) + "\"}";

        call(dispatcher, request(model, large, Map.of(), new AbortSignal(System::nanoTime)));

        assertThat(server.requests().getFirst().body()).isEqualTo(large.getBytes(UTF_8));
    }

    @Test
    void dispatchShouldTakeAnAnswerThatIsNotJson() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(502, "text/html; charset=utf-8", "<html>Bad gateway</html>"));
            return true;
        });

        answered(request(model)).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.contentType()).isEqualTo("text/html; charset=utf-8");
            assertThat(answer.answer().bytes()).asString().isEqualTo("<html>Bad gateway</html>");
        });
    }

    @Test
    void dispatchShouldSayWhereARedirectPointsAndNotFollowIt() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(302, "text/html", "", "Location: https://login.example/"));
            return true;
        });

        answered(request(model)).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(302);
            assertThat(answer.location()).contains("https://login.example/");
        });
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void dispatchShouldTakeAnAnswerWithoutBodyOrType() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 204 No Content\r\n\r\n");
            return true;
        });

        answered(request(model)).satisfies(answer -> {
            assertThat(answer.answer().bytes()).isEmpty();
            assertThat(answer.contentType()).isEmpty();
        });
    }

    @Test
    void dispatchShouldPassInterimAnswers() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
            connection.write(answer(200, "application/json", "{}"));
            return true;
        });

        answered(request(model)).satisfies(answer -> assertThat(answer.status()).isEqualTo(200));
    }

    @Test
    void dispatchShouldFollowNoRedirectAndKeepNoCookie() throws Exception {
        server.script((request, connection) -> {
            connection.write(
                    answer(307, "text/plain", "", "Location: " + server.uri() + "/elsewhere", "Set-Cookie: a=b"));
            return true;
        });

        answered(request(model)).satisfies(answer -> assertThat(answer.status()).isEqualTo(307));
        answered(request(model));
        assertThat(server.requests()).hasSize(2).allSatisfy(request -> {
            assertThat(request.head().getFirst()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
            assertThat(request.headers("Cookie")).isEmpty();
        });
    }

    @Test
    void dispatchShouldTakeARefusalThatComesBeforeTheBodyWasRead() throws Exception {
        try (EarlyRefusal refusing = new EarlyRefusal()) {
            String large = "x".repeat(20 << 20);
            Outcome outcome = call(
                    dispatcher, request(model(refusing.uri()), large, Map.of(), new AbortSignal(System::nanoTime)));

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Answered.class,
                            answer -> assertThat(answer.status()).isEqualTo(413));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Retry-After: 7",
                "retry-after-ms: 7000\r\nRetry-After: 99",
                "Retry-After: Thu, 1 Jan 2026 00:00:07 GMT"
            })
    void dispatchShouldReadHowLongToWait(String header) throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(429, "application/json", "{}", header));
            return true;
        });

        answered(request(model))
                .satisfies(answer -> assertThat(answer.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Retry-After: soon",
                "Retry-After: -1",
                "Retry-After:",
                "Retry-After: Wed, 99 Foo 9999 00:00:00 GMT"
            })
    void dispatchShouldIgnoreAWaitItDoesNotUnderstand(String header) throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(429, "application/json", "{}", header));
            return true;
        });

        answered(request(model))
                .satisfies(answer -> assertThat(answer.retryAfter()).isEmpty());
    }

    /** The wait is later added to clock values, which must not overflow. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Retry-After: 604800",
                "Retry-After: 251640000000",
                "Retry-After: 99999999999999999999",
                "retry-after-ms: 99999999999999999999999.5",
                "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"
            })
    void dispatchShouldCutAWaitToADay(String header) throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(429, "application/json", "{}", header));
            return true;
        });

        answered(request(model))
                .satisfies(answer -> assertThat(answer.retryAfter()).contains(Duration.ofHours(24)));
    }

    @Test
    void dispatchShouldNotWaitForADateThatHasPassed() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(503, "text/plain", "", "Retry-After: Wed, 31 Dec 2025 23:00:00 GMT"));
            return true;
        });

        answered(request(model))
                .satisfies(answer -> assertThat(answer.retryAfter()).contains(Duration.ZERO));
    }

    @Test
    void dispatchShouldGiveTheModelsRequestIdOrOurs() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(200, "application/json", "{}", "X-Request-ID: theirs"));
            return true;
        });
        answered(request(model))
                .satisfies(answer -> assertThat(answer.requestId()).isEqualTo("theirs"));

        server.script((request, connection) -> {
            connection.write(answer(200, "application/json", "{}"));
            return true;
        });
        answered(request(model))
                .satisfies(answer -> assertThat(answer.requestId()).startsWith("batch_req_"));
    }

    @Test
    void dispatchShouldUseAConnectionAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            answered(request(model));
        }

        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void dispatchShouldNotUseAConnectionThatTheServerSaysItCloses() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(200, "application/json", "{}", "Connection: close"));
            return true;
        });
        answered(request(model));
        answered(request(model));

        assertThat(server.accepted()).isEqualTo(2);
    }

    @Test
    void dispatchShouldNoticeThatTheServerClosedAnIdleConnection() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(200, "application/json", "{}"));
            return false;
        });
        for (int i = 0; i < 20; i++) {
            answered(request(model));
            server.awaitClosed(i + 1);
        }

        assertThat(server.requests()).hasSize(20);
        assertThat(server.accepted()).isEqualTo(20);
    }

    @Test
    void dispatchShouldNotTakeLeftoversForTheNextAnswer() throws Exception {
        server.script((request, connection) -> {
            connection.write(answer(200, "application/json", "{}") + answer(200, "application/json", "{\"evil\":1}"));
            return true;
        });
        for (int i = 0; i < 5; i++) {
            answered(request(model))
                    .satisfies(answer ->
                            assertThat(answer.answer().bytes()).asString().isEqualTo("{}"));
        }
    }

    @Test
    void dispatchShouldGiveAnOutcomeWhateverBytesCome() throws Exception {
        Random random = new Random(42);
        byte[] good = answer(200, "application/json", "{\"a\":1}", "Transfer-Encoding: x")
                .getBytes(UTF_8);
        server.script((request, connection) -> {
            byte[] bytes = good.clone();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            connection.write(bytes);
            return false;
        });
        Model quick = model(Duration.ofMillis(500), server.uri());
        for (int i = 0; i < 300; i++) {
            assertThat(call(dispatcher, request(quick))).isNotNull();
        }
    }

    private ObjectAssert<Outcome.Answered> answered(ModelRequest request) throws Exception {
        Outcome outcome = call(dispatcher, request);
        assertThat(outcome).isInstanceOf(Outcome.Answered.class);
        return assertThat((Outcome.Answered) outcome);
    }
}
