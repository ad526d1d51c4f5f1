package io.backfill.traces.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.backfill.batches.Batch;
import io.backfill.batches.Lease;
import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.CallTraces;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import io.backfill.traces.BatchTraces;
import io.backfill.traces.BatchTraces.Step;
import io.backfill.traces.receiver.OtlpReceiver;
import io.backfill.traces.receiver.ReceivedSpan;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtlpTracesTest {
    private static final String CLIENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final SettableTime time = SettableTime.standing();
    private OtlpReceiver receiver;

    @BeforeEach
    void startReceiver() throws IOException {
        receiver = OtlpReceiver.start();
    }

    @AfterEach
    void stopReceiver() {
        receiver.close();
    }

    @Test
    void theSpansOfABatchShouldBeOneTraceOverAllProcesses() throws Exception {
        Batch batch = TestBatches.created(1);
        try (BatchTraces api = traces("api", 1, 5);
                BatchTraces node = traces("node", 1, 5);
                BatchTraces pod = traces("pod", 1, 5)) {
            api.create(batch, Optional.of(CLIENT)).close();
            Batch claimed = claimed(batch, 3);
            node.within(Step.CLAIM, claimed, span -> "started");
            node.within(Step.PLAN, claimed, span -> {
                span.note("lines", 7);
                return "planned";
            });
            call(
                    pod.calls(claimed, "m", 4),
                    7,
                    new Outcome.Answered(200, new byte[0], "application/json", "r", Optional.empty(), Optional.empty()),
                    false);
            node.within(Step.ASSEMBLE, claimed, span -> "ended");
        }

        assertThat(receiver.spans()).hasSize(5).allSatisfy(span -> {
            assertThat(span.trace()).isEqualTo(batch.id().value().substring(BatchId.PREFIX.length()));
            assertThat(span.attribute("backfill.batch.id")).isEqualTo(batch.id().value());
            assertThat(span.attribute("backfill.tenant")).isEqualTo("acme");
            assertThat(span.service()).isEqualTo("backfill");
            assertThat(span.failed()).isFalse();
        });
        ReceivedSpan create = only("create");
        ReceivedSpan claim = only("claim");
        ReceivedSpan plan = only("plan");
        ReceivedSpan call = only("call");
        assertThat(create.parent()).isEmpty();
        assertThat(create.links()).containsExactly("0af7651916cd43dd8448eb211c80319c");
        assertThat(create.instance()).isEqualTo("api");
        assertThat(claim.parent()).isEqualTo(create.id());
        assertThat(plan.parent()).isEqualTo(claim.id());
        assertThat(plan.attribute("backfill.lines")).isEqualTo("7");
        assertThat(call.parent()).isEqualTo(claim.id());
        assertThat(call.instance()).isEqualTo("pod");
        assertThat(only("assemble").parent()).isEqualTo(claim.id());
        assertThat(call.events()).containsExactly("sent", "received");
        assertThat(call.attributes())
                .containsEntry("backfill.request.id", LineId.of(batch.id(), 7))
                .containsEntry("backfill.partition", "4")
                .containsEntry("gen_ai.request.model", "m")
                .containsEntry("gen_ai.usage.output_tokens", "20")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("server.address", "replica")
                .containsEntry("server.port", "8000")
                .containsEntry("url.path", "/v1/chat/completions")
                .doesNotContainKeys("http.request.resend_count", "error.type");
    }

    @Test
    void claimsOfABatchShouldBeToldApartByTheirEpochs() throws Exception {
        try (BatchTraces node = traces("node", 1, 5)) {
            for (int epoch = 1; epoch <= 2; epoch++) {
                Batch claimed = claimed(TestBatches.created(1), epoch);
                node.within(Step.CLAIM, claimed, span -> "started");
                node.within(Step.ASSEMBLE, claimed, span -> "ended");
            }
        }
        List<String> claims =
                receiver.spans("claim").stream().map(ReceivedSpan::id).toList();
        assertThat(claims).hasSize(2).doesNotHaveDuplicates();
        assertThat(receiver.spans("assemble")).extracting(ReceivedSpan::parent).isEqualTo(claims);
    }

    @Test
    void aCreateWithoutAUsableTraceParentShouldHaveNoLink() throws Exception {
        try (BatchTraces api = traces("api", 1, 5)) {
            api.create(TestBatches.created(1), Optional.empty()).close();
            api.create(TestBatches.created(2), Optional.of("00-nothing-01")).close();
            api.create(TestBatches.created(3), Optional.of("x".repeat(100_000))).close();
        }
        assertThat(receiver.spans("create"))
                .hasSize(3)
                .allSatisfy(span -> assertThat(span.links()).isEmpty());
    }

    @Test
    void aSpanThatIsNotClosedShouldNotBeDelivered() throws Exception {
        try (BatchTraces api = traces("api", 1, 5)) {
            api.create(TestBatches.created(1), Optional.empty());
            api.create(TestBatches.created(2), Optional.empty()).close();
        }
        assertThat(receiver.spans()).hasSize(1);
    }

    @Test
    void aFailedStepShouldBeMarkedAndItsExceptionPassedOn() throws Exception {
        IOException failure = new IOException("secret");
        try (BatchTraces node = traces("node", 1, 5)) {
            assertThat(catchThrowable(() -> node.within(Step.PLAN, claimed(TestBatches.created(1), 1), span -> {
                        throw failure;
                    })))
                    .isSameAs(failure);
        }
        ReceivedSpan plan = only("plan");
        assertThat(plan.failed()).isTrue();
        assertThat(plan.attribute("error.type")).isEqualTo("java.io.IOException");
        assertThat(plan.toString()).doesNotContain("secret");
    }

    @Test
    void aFailedCallShouldSayWhyAndHowOftenItWasSentAgain() throws Exception {
        try (BatchTraces node = traces("node", 1, 5)) {
            CallTraces calls = node.calls(claimed(TestBatches.created(1), 1), "m", 0);
            try (CallTrace trace = calls.begin("first")) {
                for (int attempt = 1; attempt <= 3; attempt++) {
                    trace.sent(attempt(attempt));
                    trace.received(new Outcome.TimedOut());
                }
                trace.ended(new Outcome.TimedOut(), true, Usage.NONE);
            }
            calls.begin("second").close();
        }
        ReceivedSpan first = receiver.spans("call").getFirst();
        assertThat(first.failed()).isTrue();
        assertThat(first.events()).containsExactly("sent", "received", "sent", "received", "sent", "received");
        assertThat(first.attributes())
                .containsEntry("error.type", "timeout")
                .containsEntry("http.request.resend_count", "2")
                .doesNotContainKeys("http.response.status_code", "gen_ai.usage.output_tokens");
        ReceivedSpan second = receiver.spans("call").getLast();
        assertThat(second.failed()).isTrue();
        assertThat(second.attribute("error.type")).isEqualTo("no_outcome");
    }

    @Test
    void modelsShouldBeToldWhichCallsAreTraced() throws Exception {
        Batch claimed = claimed(TestBatches.created(1), 1);
        List<String> headers = new ArrayList<>();
        try (BatchTraces node = traces("node", 1, 1)) {
            CallTraces calls = node.calls(claimed, "m", 0);
            for (int line = 1; line <= 2; line++) {
                try (CallTrace trace = calls.begin(LineId.of(claimed.id(), line))) {
                    headers.add(trace.traceParent().orElseThrow());
                }
            }
        }
        String trace = claimed.id().value().substring(BatchId.PREFIX.length());
        assertThat(headers.getFirst())
                .isEqualTo("00-" + trace + "-" + only("call").id() + "-01");
        assertThat(headers.getLast()).matches("00-" + trace + "-[0-9a-f]{16}-00");
    }

    @Test
    void onlyAShareOfTheBatchesShouldBeTracedTheSameInEveryProcess() throws Exception {
        try (BatchTraces api = traces("api", 0.25, 5);
                BatchTraces node = traces("node", 0.25, 5)) {
            IntStream.rangeClosed(1, 1_000).forEach(i -> {
                api.create(TestBatches.created(i), Optional.empty()).close();
                node.begin(Step.CLAIM, claimed(TestBatches.created(i), 1)).close();
                node.calls(claimed(TestBatches.created(i), 1), "m", 0)
                        .begin("a call")
                        .close();
            });
        }
        List<String> created =
                receiver.spans("create").stream().map(ReceivedSpan::trace).toList();
        assertThat(created).hasSizeBetween(200, 300);
        assertThat(receiver.spans("claim")).extracting(ReceivedSpan::trace).isEqualTo(created);
        assertThat(receiver.spans("call")).extracting(ReceivedSpan::trace).isEqualTo(created);
    }

    @Test
    void aPartitionShouldTraceSoManyCallsPerSecond() throws Exception {
        try (BatchTraces node = traces("node", 1, 4)) {
            CallTraces calls = node.calls(claimed(TestBatches.created(1), 1), "m", 0);
            CallTraces others = node.calls(claimed(TestBatches.created(1), 1), "m", 1);
            assertThat(traced(calls, 100)).isEqualTo(4);
            assertThat(traced(others, 100)).isEqualTo(4);
            time.advance(Duration.ofMillis(250));
            assertThat(traced(calls, 100)).isEqualTo(1);
            time.advance(Duration.ofHours(1));
            assertThat(traced(calls, 100)).isEqualTo(4);
        }
        try (BatchTraces node = traces("node", 1, 0)) {
            assertThat(traced(node.calls(claimed(TestBatches.created(1), 1), "m", 0), 100))
                    .isZero();
        }
    }

    @Test
    void aPartitionShouldNotTraceCallsForEver() {
        try (BatchTraces node = traces("node", 1, 1_000)) {
            CallTraces calls = node.calls(claimed(TestBatches.created(1), 1), "m", 0);
            int traced = 0;
            for (int second = 0; second < 15; second++) {
                traced += traced(calls, 1_000);
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(traced).isEqualTo(SampledCalls.MOST);
        }
    }

    @Test
    void headersShouldBeSent() throws Exception {
        try (BatchTraces node = OtlpTraces.start(
                new TracingConfig(
                        receiver.address().resolve("/v1/traces"),
                        Map.of("Authorization", "Bearer k"),
                        "backfill",
                        "node",
                        1,
                        5),
                time)) {
            node.create(TestBatches.created(1), Optional.empty()).close();
        }
        assertThat(receiver.keys()).containsExactly("Bearer k");
    }

    private int traced(CallTraces calls, int lines) {
        int traced = 0;
        for (int line = 0; line < lines; line++) {
            if (calls.begin("a line") instanceof CallSpan) {
                traced++;
            }
        }
        return traced;
    }

    private static void call(CallTraces calls, int line, Outcome outcome, boolean failed) {
        try (CallTrace trace = calls.begin(LineId.of(SeededIds.batch(1), line))) {
            trace.sent(attempt(1));
            trace.received(outcome);
            trace.ended(outcome, failed, new Usage(10, 0, 20, 0, 30));
        }
    }

    private static ModelRequest attempt(int number) {
        ModelRequest request = TestRequests.to(TestModels.model("m", 4), new AbortSignal(() -> 0))
                .withReplica(URI.create("http://replica:8000/v1"));
        ModelRequest.Scheduling first = TestRequests.SCHEDULING;
        return TestRequests.withScheduling(
                request,
                new ModelRequest.Scheduling(
                        first.lane(),
                        first.lanes(),
                        number,
                        first.cost(),
                        first.promptTokens(),
                        first.outputTokens(),
                        first.deadline()));
    }

    private ReceivedSpan only(String name) {
        List<ReceivedSpan> spans = receiver.spans(name);
        assertThat(spans).as(name).hasSize(1);
        return spans.getFirst();
    }

    private BatchTraces traces(String instance, double sample, int calls) {
        return OtlpTraces.start(
                new TracingConfig(receiver.address(), Map.of(), "backfill", instance, sample, calls), time);
    }

    private static Batch claimed(Batch batch, long epoch) {
        return batch.withLease(new Lease("node/1", epoch, TestBatches.START));
    }
}
