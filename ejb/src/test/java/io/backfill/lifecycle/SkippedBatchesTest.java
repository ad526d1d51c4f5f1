package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.WaitingBatch;
import io.backfill.run.DispatchPlaces.Verdict;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RecordedLog;
import io.backfill.testing.SeededIds;
import org.junit.jupiter.api.Test;

class SkippedBatchesTest {
    private final LifecycleFixture node = new LifecycleFixture();
    private final SkippedBatches skipped = new SkippedBatches(node.places);
    private final WaitingBatch batch =
            new WaitingBatch(SeededIds.batch(1), TenantId.DEFAULT, node.time.instant(), "m", 5, 1);

    @Test
    void aReasonShouldBeLoggedOnceUntilItChanges() {
        try (RecordedLog log = new RecordedLog("io.backfill")) {
            skipped.hasNoPlace(batch, Verdict.LINES);
            skipped.hasNoPlace(batch, Verdict.LINES);
            skipped.hasNoPlace(batch, Verdict.THREADS);

            assertThat(log.messages())
                    .satisfiesExactly(
                            lines -> assertThat(lines).contains(batch.id().value(), "model m has 0 lines in 4 slots"),
                            threads -> assertThat(threads).contains(batch.id().value(), "it needs 2 threads"));
        }
    }
}
