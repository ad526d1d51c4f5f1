package io.backfill.dispatch;

import static io.backfill.testing.RecordingDispatcher.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.files.BlobReader;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.models.Model;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemorySpool;
import io.backfill.testing.RecordedCallTrace;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DispatchedLineCallTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final String BODY =
            "{ \"messages\":[ {\"x\":1.0,\"x\":1e400,\"é\":\"\\u00e9😀\"} ]\t, \"model\" : \"m\",\"id\":12345678901234567890}";

    private final MemoryFileStore store = new MemoryFileStore();
    private final AbortSignal abort = new AbortSignal(SettableTime.standing());
    private final RecordedCallTrace trace = new RecordedCallTrace();
    private final List<Usage> used = new ArrayList<>();
    private final TestModels models = new TestModels(TestModels.model("m", 4));

    @Test
    void theBodyShouldReachTheModelByteForByte() throws Exception {
        RecordingDispatcher end = RecordingDispatcher.ok();
        for (PlanEntry entry : plan(idFirst("a"), bodyFirst("b"))) {
            call(end).call(new LaneEntry(entry, 0));
        }

        assertThat(end.requests()).extracting(RecordingDispatcher::bodyOf).containsExactly(BODY, BODY);
        assertThat(end.requests())
                .extracting(ModelRequest::id)
                .containsExactly(LineId.of(BATCH, 1), LineId.of(BATCH, 2));
        assertThat(end.requests()).allSatisfy(request -> {
            assertThat(request.line().path()).isEqualTo("/v1/chat/completions");
            assertThat(request.line().headers()).isEqualTo(Map.of("Authorization", "Bearer x"));
            assertThat(request.control().abort()).isSameAs(abort);
            assertThat(request.tenant()).isEqualTo(TenantId.DEFAULT);
        });
    }

    @Test
    void theAnswerShouldStandInTheLineWithTheCustomIdAsItWas() throws Exception {
        List<PlanEntry> entries = plan(idFirst("\\u0061é"), bodyFirst("b\\/"));

        String first =
                text(call(new RecordingDispatcher(answer(200, "{\"n\":1}"))).call(new LaneEntry(entries.get(0), 0)));
        String second =
                text(call(new RecordingDispatcher(answer(404, "{\"n\":2}"))).call(new LaneEntry(entries.get(1), 0)));

        assertThat(first)
                .isEqualTo("{\"id\":\"" + LineId.of(BATCH, 1)
                        + "\",\"custom_id\":\"\\u0061é\",\"response\":{\"status_code\":200,"
                        + "\"request_id\":\"req_upstream\",\"body\":{\"n\":1}},\"error\":null}\n");
        assertThat(second).contains("\"custom_id\":\"b\\/\",\"response\":{\"status_code\":404");
    }

    @Test
    void answerThatIsAnErrorObjectOnlyShouldCountAsTheSettingSays() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        String error = "{\"error\":{\"message\":\"out of memory\",\"code\":null}}";
        assertThat(kindOf(entry, error)).isEqualTo(ResultKind.OUTPUT);

        errorIn200Fails = true;
        assertThat(kindOf(entry, error)).isEqualTo(ResultKind.ERROR);
        assertThat(text(call(new RecordingDispatcher(answer(200, error))).call(new LaneEntry(entry, 0))))
                .contains("\"status_code\":200")
                .contains("\"body\":" + error + "}");
        for (String other : List.of(
                "{\"error\":null}",
                "{\"error\":{},\"choices\":[]}",
                "{\"choices\":[],\"error\":{}}",
                "{\"error\":\"x\"}",
                "{}")) {
            assertThat(kindOf(entry, other)).as(other).isEqualTo(ResultKind.OUTPUT);
        }
    }

    @Test
    void aCallShouldTellItsTraceOfEachAttemptAndOfItsEnd() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        RequestDispatcher once = new ObservedDispatcher(
                new RecordingDispatcher(
                        answer(200, "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}")),
                DispatchObserver.NONE,
                () -> 0);
        call(once).call(new LaneEntry(entry, 0));
        assertThat(trace.told()).containsExactly("sent 1", "received Answered", "ended Answered well 2", "closed");
    }

    @Test
    void aCallThatFailsOrIsCancelledShouldEndItsTrace() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        call(new RecordingDispatcher(new Outcome.TimedOut())).call(new LaneEntry(entry, 0));
        call(new RecordingDispatcher(new Outcome.Cancelled())).call(new LaneEntry(entry, 0));
        assertThat(trace.told())
                .containsExactly("ended TimedOut failed 0", "closed", "ended Cancelled well 0", "closed");
    }

    private ResultKind kindOf(PlanEntry entry, String answer) throws Exception {
        return call(new RecordingDispatcher(answer(200, answer)))
                .call(new LaneEntry(entry, 0))
                .orElseThrow()
                .kind();
    }

    @Test
    void callsWithoutAnAnswerShouldBecomeErrorLines() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();

        Optional<ResultLine> timedOut =
                call(new RecordingDispatcher(new Outcome.TimedOut())).call(new LaneEntry(entry, 0));
        Optional<ResultLine> away = call(new RecordingDispatcher(new Outcome.Unreachable("Connection refused", false)))
                .call(new LaneEntry(entry, 0));

        assertThat(text(timedOut))
                .endsWith(",\"response\":null,\"error\":{\"code\":\"request_timeout\","
                        + "\"message\":\"The request timed out while waiting for the model.\"}}\n");
        assertThat(text(away))
                .contains("\"code\":\"server_error\",\"message\":\"The model could not be reached: Connection");
        assertThat(timedOut.orElseThrow().kind()).isEqualTo(ResultKind.ERROR);
        assertThat(call(new RecordingDispatcher(new Outcome.Cancelled())).call(new LaneEntry(entry, 0)))
                .isEmpty();
    }

    @Test
    void theModelShouldBeLookedUpForEveryLine() throws Exception {
        List<PlanEntry> entries = plan(idFirst("a"), idFirst("b"), idFirst("c"));
        RecordingDispatcher end = RecordingDispatcher.ok();
        DispatchedLineCall call = call(end);
        call.call(new LaneEntry(entries.get(0), 0));
        models.replace(TestModels.model("m", 9));
        call.call(new LaneEntry(entries.get(1), 0));
        models.replace();

        Optional<ResultLine> gone = call.call(new LaneEntry(entries.get(2), 0));

        assertThat(end.requests())
                .extracting(request -> request.model().maxInFlight())
                .containsExactly(4, 9);
        assertThat(text(gone)).contains("\"code\":\"model_not_found\"");
    }

    @Test
    void theObserverShouldHearOfTheTokensOfAnAnswer() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        String answer = "{\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":7,\"total_tokens\":97,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":64}}}";

        call(new RecordingDispatcher(answer(200, answer))).call(new LaneEntry(entry, 0));
        call(new RecordingDispatcher(new Outcome.Cancelled())).call(new LaneEntry(entry, 0));

        assertThat(used).containsExactly(new Usage(90, 64, 7, 0, 97));
    }

    /** A node that has no room in memory also spools small answers. */
    @Test
    void spooledAnswerShouldBeJudgedAsOneInMemoryIs() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        errorIn200Fails = true;

        try (ResultLine line = call(new RecordingDispatcher(spooled("{\n\"error\":{\"code\":1}}")))
                .call(new LaneEntry(entry, 0))
                .orElseThrow()) {
            assertThat(line.kind()).isEqualTo(ResultKind.ERROR);
            assertThat(new String(line.content().open().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"body\":{ \"error\":{\"code\":1}}}");
        }
    }

    /** The call was made and paid for, but its answer is lost. */
    @Test
    void answerThatCannotBeReadBackShouldBeAnErrorLineWithoutASpool() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        MemorySpool broken = new MemorySpool(new byte[10]).breaks();

        Optional<ResultLine> line =
                call(new RecordingDispatcher(spooled(broken))).call(new LaneEntry(entry, 0));

        assertThat(text(line)).contains("The model's answer could not be read back from the gateway's disk.");
        assertThat(broken.isClosed()).isTrue();
    }

    private static Outcome spooled(String body) {
        return spooled(new MemorySpool(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Outcome spooled(MemorySpool spool) {
        return new Outcome.Answered(
                200,
                new Answer.Spooled(spool, 0),
                "application/json",
                Optional.empty(),
                "r",
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aReadThatFailsOnceShouldCostNothing() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        Deque<Boolean> faults = new ArrayDeque<>(List.of(true, true, true));

        Optional<ResultLine> line = call(loading(RecordingDispatcher.ok()), failing((position, length) -> {
                    if (!faults.isEmpty()) {
                        faults.remove();
                        throw new IOException("a hiccup");
                    }
                }))
                .call(new LaneEntry(entry, 0));

        assertThat(text(line)).contains("\"custom_id\":\"a\",\"response\":{\"status_code\":200");
    }

    @Test
    void aLineThatCannotBeReadShouldFailByItself() throws Exception {
        List<PlanEntry> entries = plan(idFirst("a"), idFirst("b"));
        PlanEntry bad = entries.get(1);
        DispatchedLineCall call = call(loading(RecordingDispatcher.ok()), failing((position, length) -> {
            if (position + length > bad.offset() + bad.bodyStart()) {
                throw new IOException("a bad sector");
            }
        }));

        assertThat(text(call.call(new LaneEntry(bad, 0))))
                .contains(
                        "\"custom_id\":\"b\",\"response\":null",
                        "\"code\":\"server_error\"",
                        "Line 2 of the input file could not be read from the gateway's store.");
        assertThat(text(call.call(new LaneEntry(entries.get(0), 0)))).contains("\"status_code\":200");
    }

    @Test
    void aLineWhoseIdCannotBeReadEitherShouldBeNamedByItsNumber() throws Exception {
        PlanEntry bad = plan(idFirst("a"), idFirst("b")).get(1);
        DispatchedLineCall call = call(loading(RecordingDispatcher.ok()), failing((position, length) -> {
            if (position >= bad.offset()) {
                throw new IOException("a bad sector");
            }
        }));

        assertThat(text(call.call(new LaneEntry(bad, 0)))).contains("\"custom_id\":null,", "Line 2 of the input");
    }

    @Test
    void aStoreThatGivesNothingShouldBeAFailureOfTheStore() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        IOException away = new IOException("the store is away");

        assertThatThrownBy(() -> call(loading(RecordingDispatcher.ok()), failing((position, length) -> {
                            throw away;
                        }))
                        .call(new LaneEntry(entry, 0)))
                .isSameAs(away);
    }

    @FunctionalInterface
    private interface Fault {
        void before(long position, int length) throws IOException;
    }

    private BlobReader failing(Fault fault) throws IOException {
        BlobReader input = store.open("files/in");
        return new BlobReader() {
            @Override
            public long size() {
                return input.size();
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int length) throws IOException {
                fault.before(position, length);
                input.readFully(position, into, offset, length);
            }

            @Override
            public InputStream stream(long position, long length) throws IOException {
                return input.stream(position, length);
            }

            @Override
            public void close() throws IOException {
                input.close();
            }
        };
    }

    private static RequestDispatcher loading(RequestDispatcher end) {
        return new BodyDispatcher(end);
    }

    /** The chain is where a call waits for its turn and for another attempt, so it enters the chain without its body. */
    @Test
    void aCallShouldEnterTheChainWithoutItsBody() throws Exception {
        PlanEntry entry = plan(idFirst("a")).getFirst();
        AtomicLong read = new AtomicLong();
        BlobReader counted = new CountedReader(store.open("files/in"), read);
        AtomicLong readBefore = new AtomicLong(-1);

        call(
                        request -> {
                            readBefore.set(read.get());
                            return new Outcome.TimedOut();
                        },
                        counted)
                .call(new LaneEntry(entry, 0));

        assertThat(readBefore).hasValue(0);
    }

    private record CountedReader(BlobReader blob, AtomicLong read) implements BlobReader {
        @Override
        public long size() {
            return blob.size();
        }

        @Override
        public void readFully(long position, byte[] into, int offset, int length) throws IOException {
            read.addAndGet(length);
            blob.readFully(position, into, offset, length);
        }

        @Override
        public InputStream stream(long position, long length) throws IOException {
            return blob.stream(position, length);
        }

        @Override
        public void close() throws IOException {
            blob.close();
        }
    }

    private static String idFirst(String id) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\": " + BODY
                + " }\r\n";
    }

    private static String bodyFirst(String id) {
        return "  {\"body\":" + BODY + ",\"method\":\"POST\",\"url\":\"/v1/chat/completions\", \"custom_id\" : \"" + id
                + "\"}\n";
    }

    private boolean errorIn200Fails;

    private DispatchedLineCall call(RequestDispatcher chain) throws IOException {
        return call(chain, store.open("files/in"));
    }

    private DispatchedLineCall call(RequestDispatcher chain, BlobReader input) {
        return new DispatchedLineCall(
                new DispatchedLineCall.Context(
                        BATCH,
                        TenantId.DEFAULT,
                        "m",
                        "/v1/chat/completions",
                        Map.of("Authorization", "Bearer x"),
                        abort,
                        () -> true,
                        CallSteering.none(),
                        Instant.parse("2026-11-21T00:00:00Z"),
                        1,
                        lineId -> trace),
                input,
                models,
                chain,
                new UsageHearer(used),
                new OutputLengths(0, 0),
                errorIn200Fails);
    }

    private List<PlanEntry> plan(String... lines) throws IOException {
        store.put("files/in", String.join("", lines));
        PlanResult result = new Planner(store, PlanConfig.DEFAULT, path -> true, model -> true)
                .plan(BATCH, "/v1/chat/completions", "files/in", PlanOrder.FILE, () -> false);
        ModelPlan plan = ((PlanResult.Planned) result).manifest().models().getFirst();
        List<PlanEntry> entries = new ArrayList<>();
        try (PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }

    private static String text(Optional<ResultLine> line) {
        return new String(line.orElseThrow().bytes(), StandardCharsets.UTF_8);
    }

    private record UsageHearer(List<Usage> heard) implements DispatchObserver {
        @Override
        public void sent(Model model) {}

        @Override
        public void ended(Model model, Outcome outcome, long nanos) {}

        @Override
        public void retried(Model model, Outcome outcome) {}

        @Override
        public void used(ModelRequest request, Usage usage) {
            heard.add(usage);
        }
    }
}
