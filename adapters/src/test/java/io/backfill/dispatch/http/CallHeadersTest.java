package io.backfill.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RetryPolicy;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the headers as the model receives them. */
@Timeout(30)
class CallHeadersTest {
    @TempDir
    Path folder;

    private final ScriptedServer server = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final HttpDispatcher dispatcher =
            new HttpDispatcher(HttpConfig.DEFAULT, timer, () -> Instant.EPOCH, System::nanoTime);

    @AfterEach
    void close() {
        dispatcher.close();
        timer.shutdownNow();
        server.close();
    }

    private ScriptedServer.Received send(Model model, Map<String, String> captured) throws Exception {
        Calls.call(dispatcher, Calls.request(model, "{\"a\":1}", captured, new AbortSignal(System::nanoTime)));
        return server.requests().getLast();
    }

    @Test
    void aRouterShouldBeToldClassTenantAndTimeLeft() throws Exception {
        RouterHeaders llmd = new RouterHeaders(RouterHeaders.Kind.LLM_D, Optional.of("batch"));
        ScriptedServer.Received request = send(tuned(llmd, OptionalInt.empty()), Map.of());

        assertThat(request.headers("x-llm-d-inference-objective")).containsExactly("batch");
        assertThat(request.headers("x-llm-d-inference-fairness-id")).containsExactly(TenantId.DEFAULT.value());
        assertThat(request.headers("x-llm-d-slo-ttft-ms"))
                .containsExactly(
                        Long.toString(TestRequests.SCHEDULING.deadline().toEpochMilli()));

        RouterHeaders older = new RouterHeaders(RouterHeaders.Kind.GATEWAY_API, Optional.empty());
        request = send(tuned(older, OptionalInt.empty()), Map.of());
        assertThat(request.headers("x-gateway-inference-fairness-id")).hasSize(1);
        assertThat(request.headers("x-gateway-inference-objective")).isEmpty();
        assertThat(request.headers("x-slo-ttft-ms")).hasSize(1);
    }

    @Test
    void aPriorityShouldStandBeforeWhatTheLineSays() throws Exception {
        ScriptedServer.Received request = send(tuned(RouterHeaders.NONE, OptionalInt.of(7)), Map.of());

        assertThat(new String(request.body(), StandardCharsets.UTF_8)).isEqualTo("{\"priority\":7,\"a\":1}");
    }

    private Model tuned(RouterHeaders router, OptionalInt priority) {
        Model plain = model(Map.of(), Optional.empty(), false);
        return new Model(
                plain.name(),
                plain.replicas(),
                plain.maxInFlight(),
                plain.timeout(),
                plain.retry(),
                plain.apiKeyFile(),
                false,
                plain.headers(),
                plain.tls(),
                new ModelTuning(Placement.RANGES, Optional.empty(), router, priority, MinuteBudget.UNLIMITED));
    }

    private Model model(Map<String, String> headers, Optional<Path> keyFile, boolean override) {
        return new Model(
                "m",
                List.of(server.uri()),
                4,
                Duration.ofSeconds(10),
                RetryPolicy.DEFAULT,
                keyFile,
                override,
                headers,
                Optional.empty(),
                ModelTuning.DEFAULT);
    }

    @Test
    void callShouldCarryTheseHeadersAndNoOthers() throws Exception {
        ScriptedServer.Received request = send(Calls.model(server.uri()), Map.of());

        Set<String> names = request.head().stream()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(':')))
                .collect(Collectors.toSet());
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "Host",
                        "Content-Type",
                        "Accept",
                        "Accept-Encoding",
                        "X-Request-Id",
                        "traceparent",
                        "Content-Length");
        assertThat(request.headers("Host")).containsExactly("127.0.0.1:" + server.port());
        assertThat(request.headers("Content-Type")).containsExactly("application/json");
        assertThat(request.headers("Accept")).containsExactly("application/json");
        assertThat(request.headers("Accept-Encoding")).containsExactly("identity");
        assertThat(request.headers("Content-Length")).containsExactly("7");
        assertThat(request.headers("X-Request-Id")).containsExactly("batch_req_0123456789abcdef0123456700000007");
    }

    @Test
    void callsShouldShareTheTraceOfTheirBatchAndEachHaveItsOwnSpan() throws Exception {
        List<String> parents = Stream.of(1, 2)
                .flatMap(i -> {
                    try {
                        return send(Calls.model(server.uri()), Map.of()).headers("traceparent").stream();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        assertThat(parents)
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allSatisfy(
                        parent -> assertThat(parent).matches("00-0123456789abcdef0123456789abcdef-[0-9a-f]{16}-01"));
    }

    @Test
    void aCallShouldCarryTheContextOfItsTraceUnlessTheClientsIsPassedThrough() throws Exception {
        String traced = "00-0123456789abcdef0123456789abcdef-00f067aa0ba902b7-01";
        String clients = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assertThat(sendTraced(traced, Map.of()).headers("traceparent")).containsExactly(traced);
        assertThat(sendTraced(traced, Map.of("Traceparent", clients)).headers("traceparent"))
                .containsExactly(clients);
    }

    private ScriptedServer.Received sendTraced(String traceParent, Map<String, String> captured) throws Exception {
        ModelRequest request =
                Calls.request(Calls.model(server.uri()), "{}", captured, new AbortSignal(System::nanoTime));
        Calls.call(dispatcher, TestRequests.withTrace(request, new SentTraceParent(traceParent)));
        return server.requests().getLast();
    }

    @Test
    void callShouldCarryConfiguredAndCapturedHeaders() throws Exception {
        ScriptedServer.Received request = send(
                model(Map.of("X-Team", "a", "X-Both", "configured"), Optional.empty(), false),
                Map.of("x-both", "captured", "X-Own", "b"));

        assertThat(request.headers("X-Team")).containsExactly("a");
        assertThat(request.headers("X-Both")).containsExactly("captured");
        assertThat(request.headers("X-Own")).containsExactly("b");
    }

    @Test
    void callShouldNotCarryCapturedHeadersThatWouldChangeTheMessage() throws Exception {
        ScriptedServer.Received request = send(
                Calls.model(server.uri()),
                Map.of(
                        "Content-Length", "1",
                        "transfer-encoding", "chunked",
                        "Host", "evil",
                        "X-Request-ID", "theirs",
                        "Accept-Encoding", "gzip",
                        "X-Split", "a\r\nX-Injected: b"));

        assertThat(request.headers("Content-Length")).containsExactly("7");
        assertThat(request.headers("Transfer-Encoding")).isEmpty();
        assertThat(request.headers("Host")).containsExactly("127.0.0.1:" + server.port());
        assertThat(request.headers("X-Request-Id")).hasSize(1).doesNotContain("theirs");
        assertThat(request.headers("Accept-Encoding")).containsExactly("identity");
        assertThat(request.headers("X-Injected")).isEmpty();
    }

    @Test
    void capturedAuthorizationShouldWinOverTheConfiguredKey() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "configured\n");

        assertThat(send(model(Map.of(), Optional.of(key), false), Map.of("authorization", "Bearer theirs"))
                        .headers("Authorization"))
                .containsExactly("Bearer theirs");
        assertThat(send(model(Map.of(), Optional.of(key), false), Map.of()).headers("Authorization"))
                .containsExactly("Bearer configured");
    }

    @Test
    void configuredKeyShouldWinWhenTheModelSaysSo() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "configured\n");

        assertThat(send(model(Map.of(), Optional.of(key), true), Map.of("authorization", "Bearer theirs"))
                        .headers("Authorization"))
                .containsExactly("Bearer configured");
        assertThat(send(model(Map.of(), Optional.empty(), true), Map.of("authorization", "Bearer theirs"))
                        .headers("Authorization"))
                .containsExactly("Bearer theirs");
    }

    @Test
    void configuredAuthorizationHeaderShouldCountAsKey() throws Exception {
        Model basic = model(Map.of("authorization", "Basic abc"), Optional.empty(), false);

        assertThat(send(basic, Map.of()).headers("Authorization")).containsExactly("Basic abc");
        assertThat(send(basic, Map.of("Authorization", "Bearer theirs")).headers("Authorization"))
                .containsExactly("Bearer theirs");
    }

    @Test
    void pathOfTheReplicaShouldStandBeforeThatOfTheCall() throws Exception {
        send(Calls.model(URI.create(server.uri() + "/team/a/")), Map.of());

        assertThat(server.requests().getLast().head().getFirst())
                .isEqualTo("POST /team/a/v1/chat/completions HTTP/1.1");
    }
}
