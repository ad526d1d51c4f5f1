package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Nodes;
import io.backfill.it.support.PodGateway;
import io.backfill.traces.receiver.OtlpReceiver;
import io.backfill.traces.receiver.ReceivedSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node answers requests, another one processes batches, and large batches run in pods. All of them trace. */
class TracesIT {
    private static final String CLIENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final Set<String> STEPS = Set.of("create", "claim", "plan", "call", "assemble");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static OtlpReceiver receiver;
    private static PodGateway processor;
    private static Nodes front;

    @BeforeAll
    static void start() throws IOException {
        receiver = OtlpReceiver.start();
        Map<String, String> settings = Map.of(
                "BACKFILL_TRACING_ENDPOINT", receiver.address().toString(),
                "BACKFILL_TRACING_CALLS_PER_SECOND", "20",
                "BACKFILL_OFFLOAD_MIN_LINES", "300",
                "BACKFILL_OFFLOAD_LINES_PER_SHARD", "1000");
        Map<String, String> ofProcessor = new HashMap<>(settings);
        ofProcessor.put("BACKFILL_ROLE", "processor");
        processor = PodGateway.start("cluster", folder, 16, ofProcessor);
        Map<String, String> ofFront = new HashMap<>(settings);
        ofFront.put("BACKFILL_ROLE", "api");
        ofFront.put(
                "BACKFILL_MODELS_FILE",
                folder.resolve("models").resolve("models.yaml").toString());
        front = Nodes.start(processor.stores(), folder, List.of("front"), ofFront);
    }

    @AfterAll
    static void stop() throws IOException {
        front.close();
        processor.close();
        receiver.close();
    }

    @Test
    void aBatchOverTwoNodesAndAPodShouldBeOneTrace() {
        List<ReceivedSpan> spans = trace(run(400));

        Map<String, List<ReceivedSpan>> byName = byName(spans);
        ReceivedSpan create = byName.get("create").getFirst();
        assertThat(byName.get("create")).hasSize(1);
        assertThat(create.parent()).isEmpty();
        assertThat(create.links()).containsExactly(CLIENT_TRACE);
        assertThat(create.instance()).isEqualTo("front");
        assertThat(byName.get("claim")).allSatisfy(claim -> {
            assertThat(claim.parent()).isEqualTo(create.id());
            assertThat(claim.instance()).isEqualTo("one");
        });
        Set<String> claims = byName.get("claim").stream().map(ReceivedSpan::id).collect(Collectors.toSet());
        assertThat(byName.get("plan")).hasSize(1).allSatisfy(plan -> {
            assertThat(plan.parent()).isIn(claims);
            assertThat(plan.attribute("backfill.lines")).isEqualTo("400");
        });
        assertThat(byName.get("call")).hasSizeBetween(20, 399).allSatisfy(call -> {
            assertThat(call.service()).isEqualTo("backfill-worker");
            assertThat(call.parent()).isIn(claims);
            assertThat(call.attribute("http.response.status_code")).isEqualTo("200");
            assertThat(call.events()).containsExactly("sent", "received");
        });
        assertThat(byName.get("assemble")).hasSize(1).allSatisfy(assemble -> {
            assertThat(assemble.parent()).isIn(claims);
            assertThat(assemble.instance()).isEqualTo("one");
            assertThat(assemble.attribute("backfill.status")).isEqualTo("completed");
        });
        assertThat(spans).noneMatch(ReceivedSpan::failed);
    }

    @Test
    void aBatchThatStaysOnItsNodeShouldHaveTheSameSpans() {
        List<ReceivedSpan> spans = trace(run(3));

        assertThat(byName(spans).get("call"))
                .hasSize(3)
                .allSatisfy(call -> assertThat(call.instance()).isEqualTo("one"));
        assertThat(spans).noneMatch(ReceivedSpan::failed);
    }

    @Test
    void aCollectorThatTakesNothingShouldCostOneWarningOnEachNode() {
        int before = logged("BF000280");
        int ended = logged("BF000281");
        receiver.answer(503);
        run(3);
        await().atMost(PATIENCE).until(() -> logged("BF000280") == before + 1);
        run(3);
        receiver.answer(200);
        BatchView seen = run(3);

        trace(seen);
        await().atMost(PATIENCE).until(() -> logged("BF000281") == ended + 1);
        assertThat(logged("BF000280")).isEqualTo(before + 1);
        assertThat(processor.node().gateway().logs()).doesNotContain("opentelemetry");
    }

    private static BatchView run(int lines) {
        Batches batches =
                new Batches(front.get(0).api().with("traceparent", "00-" + CLIENT_TRACE + "-b7ad6b7169203331-01"));
        return batches.awaitEnd(batches.submit(InputLines.chat("steady", lines)).id(), "completed");
    }

    /** Waits until each step of the batch has arrived, and all of its processes have delivered. */
    private static List<ReceivedSpan> trace(BatchView batch) {
        await().atMost(PATIENCE).until(() -> byName(spansOf(batch)).keySet().equals(STEPS));
        return spansOf(batch);
    }

    /** Returns the spans of a batch, and checks that they are of one trace. */
    private static List<ReceivedSpan> spansOf(BatchView batch) {
        List<ReceivedSpan> spans = receiver.spans().stream()
                .filter(span -> span.attribute("backfill.batch.id").equals(batch.id()))
                .toList();
        assertThat(spans)
                .extracting(ReceivedSpan::trace)
                .allMatch(trace -> trace.equals(batch.id().substring("batch_".length())));
        return spans;
    }

    private static Map<String, List<ReceivedSpan>> byName(List<ReceivedSpan> spans) {
        return spans.stream().collect(Collectors.groupingBy(ReceivedSpan::name));
    }

    private static int logged(String id) {
        return (int) Pattern.compile("] " + id + ":")
                .matcher(processor.node().gateway().logs())
                .results()
                .count();
    }
}
