package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.batches.SealedHeaders;
import io.backfill.crypto.HeaderSeal;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.offload.ShardManifest;
import io.backfill.results.LogEpoch;
import io.backfill.results.ResultLog;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import io.backfill.traces.receiver.OtlpReceiver;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the worker as a process: what it sends, what it leaves in the store, and how it ends. */
class WorkerMainTest {
    private static final int SLOTS = 4;
    private static final int SIGKILL = 128 + 9;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Simulator model;
    private Path root;
    private DirectoryFileStore store;
    private DirectoryResultLogs logs;

    @BeforeEach
    void start() throws IOException {
        model = Simulator.start(SimulatorOptions.defaults().withLedgerHeaders("X-Client"));
        root = Files.createDirectory(folder.resolve("store"));
        store = new DirectoryFileStore(root);
        logs = new DirectoryResultLogs(root, store, ForcePolicy.SECOND, threads);
    }

    @AfterEach
    void stop() throws IOException {
        model.close();
        threads.shutdownNow();
    }

    private PlannedShards planned(int lines, int perShard) throws IOException {
        return PlannedShards.in(store, lines, perShard);
    }

    private Map<String, String> pod(PlannedShards shards, int index) throws IOException {
        return pod(shards, shards.manifest(model.baseUrl(), SLOTS), index);
    }

    private Map<String, String> pod(PlannedShards shards, ShardManifest manifest, int index) throws IOException {
        Map<String, String> environment = shards.pod(manifest, index);
        environment.put("BACKFILL_FILES_DIR", root.toString());
        return environment;
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "c" + i).toList();
    }

    private List<String> received() {
        return model.ledger().stream().map(WorkerMainTest::customId).toList();
    }

    private static String customId(LedgerEntry entry) {
        return "c" + (PlannedShards.lineOf(entry.requestId().orElseThrow()) - 1);
    }

    private void awaitReceived(int calls) {
        await().atMost(Duration.ofSeconds(30)).until(() -> model.stats().received() >= calls);
    }

    @Test
    void wholeShardShouldBeSentOnceAndBeInTheLog() throws Exception {
        PlannedShards shards = planned(30, 10);
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, 1), WorkerProcess.asInTheImage())) {
            assertThat(pod.exit()).as("%s", pod).isZero();
            JsonNode last = pod.log().getLast();
            assertThat(last.get("message").asText()).isEqualTo("shard is complete");
            assertThat(last.get("batch").asText()).isEqualTo(shards.id().value());
            assertThat(last.get("partition").asInt()).isEqualTo(1);
            assertThat(last.get("generation").asInt()).isEqualTo(1);
            assertThat(last.get("epoch").asLong())
                    .isBetween(
                            LogEpoch.ofNode(PlannedShards.LEASE_EPOCH - 1), LogEpoch.ofNode(PlannedShards.LEASE_EPOCH));
            assertThat(last.get("done").asInt()).isEqualTo(10);
            assertThat(last.get("calls").asInt()).isEqualTo(10);
            assertThat(last.get("cpu_seconds").asDouble()).isPositive();
            assertThat(pod.errors()).isEmpty();
        }
        assertThat(received()).containsExactlyInAnyOrderElementsOf(ids(10, 20));
        assertThat(shards.recorded(logs, 1)).containsExactlyInAnyOrderElementsOf(ids(10, 20));
        assertThat(shards.written(0)).isEmpty();
    }

    @Test
    void callsOfAPodShouldJoinTheTraceOfTheirBatch() throws Exception {
        PlannedShards shards = planned(3, 3);
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            Map<String, String> environment = pod(shards, 0);
            environment.put("BACKFILL_TRACING_ENDPOINT", receiver.address().toString());
            environment.put("BACKFILL_TRACING_HEADERS", "Authorization: Bearer k");
            environment.put("HOSTNAME", "pod-0");
            try (WorkerProcess pod = WorkerProcess.start(folder, environment, WorkerProcess.asInTheImage())) {
                assertThat(pod.exit()).as("%s", pod).isZero();
                assertThat(pod.errors()).isEmpty();
            }
            assertThat(receiver.spans()).hasSize(3).allSatisfy(span -> {
                assertThat(span.name()).isEqualTo("call");
                assertThat(span.trace()).isEqualTo(shards.id().value().substring("batch_".length()));
                assertThat(span.service()).isEqualTo("backfill-worker");
                assertThat(span.instance()).isEqualTo("pod-0");
            });
            assertThat(receiver.keys()).contains("Bearer k");
        }
    }

    @Test
    void aCollectorThatIsAwayShouldCostAPodOneWarning() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            receiver.answer(400);
            environment.put("BACKFILL_TRACING_ENDPOINT", receiver.address().toString());
            try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
                assertThat(pod.exit()).as("%s", pod).isZero();
                assertThat(pod.log())
                        .filteredOn(line -> line.get("level").asText().equals("WARN"))
                        .hasSize(1)
                        .allMatch(line -> line.get("message").asText().startsWith("BF000280"));
            }
        }
    }

    @Test
    void doneShardShouldEndAtOnceAndOpenNothing() throws Exception {
        PlannedShards shards = planned(5, 5);
        Map<String, String> environment = pod(shards, 0);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isZero();
        }
        long epoch = logs.newest(shards.id(), 0).epoch();
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isZero();
            assertThat(pod.lastMessage()).isEqualTo("shard was complete before");
        }
        assertThat(logs.newest(shards.id(), 0).epoch()).isEqualTo(epoch);
        assertThat(received()).hasSize(5);
    }

    @Test
    void noMoreCallsThanSlotsShouldBeOpen() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(50)));
        PlannedShards shards = planned(40, 40);
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, 0))) {
            assertThat(pod.exit()).isZero();
        }
        assertThat(model.stats().mostOpen()).isEqualTo(SLOTS);
    }

    @Test
    void modelWithoutSlotsShouldHaveOneCallOpen() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(20)));
        PlannedShards shards = planned(10, 10);
        ShardManifest granted = shards.manifest(model.baseUrl(), SLOTS);
        ShardManifest none = new ShardManifest(
                granted.batch(),
                granted.tenant(),
                granted.endpoint(),
                granted.deadline(),
                granted.epoch(),
                granted.models(),
                Map.of(),
                granted.headers());
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, none, 0))) {
            assertThat(pod.exit()).isZero();
        }
        assertThat(model.stats().mostOpen()).isEqualTo(1);
    }

    @Test
    void secondAttemptShouldSendNothingWhoseResultTheKilledOneLogged() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(100)));
        PlannedShards shards = planned(60, 60);
        Map<String, String> environment = pod(shards, 0);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            awaitReceived(22);
            pod.kill();
            assertThat(pod.exit()).isEqualTo(SIGKILL);
        }
        Set<String> logged = new HashSet<>(shards.written(0));
        assertThat(logged).hasSizeGreaterThan(10);
        long killed = logs.newest(shards.id(), 0).epoch();
        int before = model.ledger().size();
        model.latency(Latency.NONE);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).as("%s", pod).isZero();
            assertThat(pod.log().getLast().get("epoch").asLong()).isGreaterThan(killed);
        }
        List<String> again = received().subList(before, model.ledger().size());
        assertThat(again).doesNotContainAnyElementsOf(logged);
        assertThat(model.ledger()).hasSizeLessThanOrEqualTo(60 + SLOTS);
        assertThat(shards.recorded(logs, 0)).containsExactlyInAnyOrderElementsOf(ids(0, 60));
    }

    @Test
    void terminatedPodShouldFinishItsOpenCallsAndLeaveTheLogClosed() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(500)));
        PlannedShards shards = planned(60, 60);
        Map<String, String> environment = pod(shards, 0);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            awaitReceived(2 * SLOTS + 1);
            pod.terminate();
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.TERMINATED.status());
            assertThat(pod.lastMessage()).contains("resumes the shard unless its batch has ended or was cancelled");
        }
        List<String> answered = model.ledger().stream()
                .filter(entry -> entry.answered().isPresent())
                .map(WorkerMainTest::customId)
                .toList();
        assertThat(answered).hasSameSizeAs(model.ledger()).hasSizeLessThan(60);
        assertThat(shards.recorded(logs, 0)).containsExactlyInAnyOrderElementsOf(answered);

        model.latency(Latency.NONE);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isZero();
        }
        assertThat(received()).doesNotHaveDuplicates().hasSize(60);
    }

    @Test
    void podShouldEndItsCallsInTimeForTheClusterWhenTheyTakeLongerThanTheGrace() throws Exception {
        model.latency(Latency.fixed(Duration.ofMinutes(5)));
        PlannedShards shards = planned(10, 10);
        Map<String, String> environment = pod(shards, 0);
        environment.put("GRACE_SECONDS", "4");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            awaitReceived(SLOTS);
            long before = System.nanoTime();
            pod.terminate();
            assertThat(pod.exit()).isEqualTo(ExitCode.TERMINATED.status());
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
        }
        assertThat(shards.written(0)).isEmpty();
    }

    @Test
    void laterOwnerOfTheLogShouldEndTheSends() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(200)));
        PlannedShards shards = planned(500, 500);
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, 0))) {
            awaitReceived(SLOTS);
            long later = LogEpoch.ofNode(PlannedShards.LEASE_EPOCH);
            try (ResultLog taken = logs.open(shards.id(), shards.plan().models().getFirst(), later)) {
                assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.TEMPORARY.status());
                assertThat(pod.lastMessage()).contains("has taken over this shard");
                assertThat(taken.done().cardinality()).isLessThan(100);
            }
        }
        // checked every two seconds, with four calls at a time
        assertThat(model.ledger()).hasSizeLessThan(150);
    }

    @Test
    void podThatComesAfterAGatewayShouldSendNothing() throws Exception {
        PlannedShards shards = planned(5, 5);
        logs.open(shards.id(), shards.plan().models().getFirst(), LogEpoch.ofNode(PlannedShards.LEASE_EPOCH))
                .close();
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, 0))) {
            assertThat(pod.exit()).isEqualTo(ExitCode.TEMPORARY.status());
            assertThat(pod.lastMessage()).contains("a gateway has settled this shard");
        }
        assertThat(model.ledger()).isEmpty();
    }

    @Test
    void deadlineShouldEndTheSends() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(200)));
        PlannedShards shards = planned(500, 500);
        ShardManifest day = shards.manifest(model.baseUrl(), SLOTS);
        ShardManifest soon = new ShardManifest(
                day.batch(),
                day.tenant(),
                day.endpoint(),
                Instant.now().plusSeconds(6),
                day.epoch(),
                day.models(),
                day.slots(),
                day.headers());
        Map<String, String> environment = pod(shards, soon, 0);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.TEMPORARY.status());
            assertThat(pod.lastMessage()).contains("deadline");
        }
        int sent = model.ledger().size();
        assertThat(sent).isBetween(1, 499);
        assertThat(shards.recorded(logs, 0)).hasSize(sent);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.TEMPORARY.status());
        }
        assertThat(model.ledger()).hasSize(sent);
    }

    @Test
    void sealedHeadersShouldReachTheModelAndNeedTheirKey() throws Exception {
        PlannedShards shards = planned(3, 3);
        Path keys = folder.resolve("keys");
        HeaderSeal.create(keys);
        SealedHeaders sealed = HeaderSeal.load(keys).seal(shards.id(), Map.of("X-Client", "alice"));
        ShardManifest open = shards.manifest(model.baseUrl(), SLOTS);
        ShardManifest manifest = new ShardManifest(
                open.batch(),
                open.tenant(),
                open.endpoint(),
                open.deadline(),
                open.epoch(),
                open.models(),
                open.slots(),
                sealed);
        Map<String, String> environment = pod(shards, manifest, 0);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.CONFIGURATION.status());
            assertThat(pod.lastMessage()).contains("BACKFILL_SEAL_KEY is not set");
        }
        HeaderSeal.create(folder.resolve("other-keys"));
        environment.put("BACKFILL_SEAL_KEY", Files.readString(folder.resolve("other-keys")));
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.CONFIGURATION.status());
            assertThat(pod.lastMessage()).contains("BACKFILL_SEAL_KEY must be the gateway's header key file");
        }
        assertThat(model.ledger()).isEmpty();

        String key = Files.readString(keys);
        environment.put("BACKFILL_SEAL_KEY", key);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).as("%s", pod).isZero();
            assertThat(pod.toString())
                    .doesNotContain(key.substring(key.indexOf(':') + 1).strip());
        }
        assertThat(model.ledger())
                .hasSize(3)
                .allSatisfy(entry -> assertThat(entry.headers()).containsEntry("X-Client", "alice"));
    }

    @Test
    void everyWrongVariableShouldBeNamed() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        environment.remove("MANIFEST");
        environment.put("GENERATION", "first");
        environment.put("BACKFILL_S3_BUCKET", "also");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.CONFIGURATION.status());
            assertThat(pod.lastMessage())
                    .contains(
                            "MANIFEST is not set", "GENERATION must be", "'first'", "set either BACKFILL_FILES_DIR or");
        }
    }

    @Test
    void indexBeyondThePartitionsShouldBeABadArgument() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        environment.put("JOB_COMPLETION_INDEX", "1");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.BAD_ARGUMENTS.status());
            assertThat(pod.lastMessage()).contains("JOB_COMPLETION_INDEX is 1, but PARTITIONS lists 1 only");
        }
    }

    @Test
    void partitionThatThePlanDoesNotHaveShouldBeABadArgument() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        environment.put("PARTITIONS", "9");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.BAD_ARGUMENTS.status());
        }
    }

    @Test
    void missingPlanShouldBeBadData() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        shards.deletePlan();
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.BAD_DATA.status());
            assertThat(pod.lastMessage()).contains("the plan of the batch does not exist");
        }
    }

    /** The missing input is first detected by the batch runtime, inside the step. */
    @Test
    void missingInputShouldBeBadData() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        shards.deleteInput();
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.BAD_DATA.status());
            assertThat(pod.lastMessage()).contains("plan or input of the batch cannot be read");
        }
    }

    @Test
    void modelsThatCannotBeUsedShouldBeAConfigurationError() throws Exception {
        PlannedShards shards = planned(3, 3);
        ShardManifest good = shards.manifest(model.baseUrl(), SLOTS);
        ShardManifest bad = new ShardManifest(
                good.batch(),
                good.tenant(),
                good.endpoint(),
                good.deadline(),
                good.epoch(),
                good.models() + "    api-key-file: key-of-model\n",
                good.slots(),
                good.headers());
        try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, bad, 0))) {
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.CONFIGURATION.status());
            assertThat(pod.lastMessage()).contains("api-key-file", "absolute names and be mounted in the pods");
        }
    }

    @Test
    void unreachableStoresShouldBeUnavailable() throws Exception {
        PlannedShards shards = planned(3, 3);
        Map<String, String> environment = pod(shards, 0);
        environment.put("BACKFILL_FILES_DIR", root.resolve("not-mounted").toString());
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).isEqualTo(ExitCode.UNAVAILABLE.status());
            assertThat(pod.lastMessage()).contains("mount the volume of the gateway's store there");
        }
        environment.remove("BACKFILL_FILES_DIR");
        environment.put("BACKFILL_S3_BUCKET", "backfill");
        environment.put("BACKFILL_S3_ENDPOINT", "http://127.0.0.1:" + closedPort());
        environment.put("AWS_ACCESS_KEY_ID", "a-test");
        environment.put("AWS_SECRET_ACCESS_KEY", "of-no-value");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment)) {
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.UNAVAILABLE.status());
            assertThat(pod.lastMessage()).contains("the manifest of the Job cannot be read");
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Prints what one shard costs in addition to its calls. */
    @Test
    void smallShardShouldBeCheap() throws Exception {
        PlannedShards shards = planned(20, 10);
        List<JsonNode> ends = new ArrayList<>();
        for (int index = 0; index < 2; index++) {
            List<String> flags = index == 0 ? WorkerProcess.FRUGAL : List.of();
            try (WorkerProcess pod = WorkerProcess.start(folder, pod(shards, index), flags)) {
                assertThat(pod.exit()).as("%s", pod).isZero();
                ends.add(pod.log().getLast());
            }
        }
        System.out.println("10 lines, serial collector and C1: " + ends.getFirst());
        System.out.println("10 lines, as the JVM chooses: " + ends.getLast());
        assertThat(ends).allSatisfy(end -> {
            assertThat(end.get("cpu_seconds").asDouble()).isLessThan(15);
            assertThat(end.get("max_rss_mib").asLong()).isLessThan(400);
        });
    }
}
