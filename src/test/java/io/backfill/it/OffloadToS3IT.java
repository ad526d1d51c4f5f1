package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.ids.BatchId;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.PodGateway;
import io.backfill.offload.ShardJobSpec;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that have access only to a bucket, by a Secret. */
class OffloadToS3IT {
    private static final int LINES = 2000;

    @TempDir
    private static Path folder;

    private static PodGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = PodGateway.start(
                "cluster",
                folder,
                32,
                Map.of("BACKFILL_OFFLOAD_MIN_LINES", "1500", "BACKFILL_OFFLOAD_LINES_PER_SHARD", "1000"));
        gateway.model().latency(Latency.fixed(Duration.ofMillis(20)));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
    }

    @Test
    void anEvictedAndAKilledPodShouldGoOnWhereTheyWere() {
        BatchView batch = gateway.node().batches().submit(InputLines.chat("steady", LINES));
        String job = ShardJobSpec.name(new BatchId(batch.id()), 1);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> received(batch) >= 400);
        gateway.cluster().kill(job, 0);
        gateway.cluster().evict(job, 1);

        BatchView ended = gateway.node().batches().awaitEnd(batch.id(), "completed", Duration.ofMinutes(2));
        assertThat(gateway.node().batches().output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        // the evicted pod had its grace; the killed pod had open calls, and answers that had not reached the bucket
        assertThat(received(batch) - LINES).as("received twice").isBetween(0, 32);
        assertThat(gateway.jobsAskedFor()).hasSize(1);
    }

    private static int received(BatchView batch) {
        return Ledgers.of(gateway.model(), batch.id()).size();
    }
}
