package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the worker with its store in a bucket. */
class WorkerOnS3Test {
    private static final int LINES = 60;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Simulator model;
    private TestBucket bucket;

    @BeforeEach
    void start() throws Exception {
        model = Simulator.start(SimulatorOptions.defaults());
        bucket = new TestBucket(folder, threads);
    }

    @AfterEach
    void stop() throws Exception {
        model.close();
        bucket.close();
        threads.shutdownNow();
    }

    @Test
    void shardShouldSurviveAKillAndEndWithEveryLineOnce() throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(100)));
        PlannedShards shards = PlannedShards.in(bucket.store(), LINES, LINES);
        Map<String, String> environment = shards.pod(shards.manifest(model.baseUrl(), 4), 0);
        bucket.putInto(environment);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment, WorkerProcess.asInTheImage())) {
            await().atMost(Duration.ofSeconds(30)).until(() -> model.stats().received() >= LINES / 2);
            pod.kill();
            pod.exit();
        }
        model.latency(Latency.NONE);
        try (WorkerProcess pod = WorkerProcess.start(folder, environment, WorkerProcess.asInTheImage())) {
            assertThat(pod.exit()).as("%s", pod).isZero();
            System.out.println("S3: " + pod.log().getLast());
            assertThat(pod.errors()).isEmpty();
        }
        List<String> all = IntStream.range(0, LINES).mapToObj(i -> "c" + i).toList();
        assertThat(shards.recorded(bucket.logs(), 0)).containsExactlyInAnyOrderElementsOf(all);
        // four calls were open, and as many lines may have been answered without having reached S3
        assertThat(model.ledger()).hasSizeBetween(LINES, LINES + 2 * 4);
    }

    @Test
    void wrongCredentialsShouldNotBePermitted() throws Exception {
        PlannedShards shards = PlannedShards.in(bucket.store(), 3, 3);
        Map<String, String> environment = shards.pod(shards.manifest(model.baseUrl(), 4), 0);
        bucket.putInto(environment);
        environment.put("AWS_SECRET_ACCESS_KEY", "another");
        try (WorkerProcess pod = WorkerProcess.start(folder, environment, WorkerProcess.asInTheImage())) {
            assertThat(pod.exit()).as("%s", pod).isEqualTo(ExitCode.NOT_PERMITTED.status());
            assertThat(pod.lastMessage()).contains("403", "Check the credentials");
        }
    }
}
