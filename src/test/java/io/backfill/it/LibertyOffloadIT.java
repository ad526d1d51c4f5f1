package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.PodGateway;
import io.backfill.offload.ShardJobSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product on Open Liberty with PostgreSQL hands the partitions of a large batch to the pods of a cluster. */
class LibertyOffloadIT {
    private static final int LINES = 2000;

    @Test
    void aLargeBatchShouldRunInPods(@TempDir Path folder) throws IOException {
        try (PodGateway gateway = PodGateway.start(
                GatewayProcess::onLiberty,
                "single",
                folder,
                32,
                Map.of("BACKFILL_OFFLOAD_MIN_LINES", "1500", "BACKFILL_OFFLOAD_LINES_PER_SHARD", "1000"))) {
            Batches batches = gateway.node().batches();
            BatchView batch = batches.submit(InputLines.chat("steady", LINES));
            BatchView ended = batches.awaitEnd(batch.id(), "completed", Duration.ofMinutes(2));

            assertThat(batches.output(ended).customIds())
                    .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, LINES)
                            .mapToObj(i -> "r-" + i)
                            .toList());
            assertThat(Ledgers.of(gateway.model(), batch.id())).hasSize(LINES);
            String job = ShardJobSpec.name(new BatchId(batch.id()), 1);
            assertThat(gateway.jobsAskedFor())
                    .filteredOn(request -> request.contains(job))
                    .hasSize(1);
        }
    }
}
