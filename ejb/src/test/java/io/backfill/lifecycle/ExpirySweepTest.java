package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchStatus;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExpirySweepTest {
    private final LifecycleFixture node = new LifecycleFixture();
    private final ExpirySweep expiry = new ExpirySweep(node.catalog, node.catalog, node.queue, node.time);

    @Test
    void aBatchPastItsWindowThatNobodyHoldsShouldExpire() {
        Batch batch = node.create(1, "1m");

        assertThat(expiry.sweepOnce()).isZero();
        node.time.advance(Duration.ofMinutes(2));

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.EXPIRED);
    }

    @Test
    void aCancelledBatchThatNobodyHoldsShouldSettle() {
        Batch batch = node.create(1, "24h");
        node.apply(batch, new BatchEvent.CancelRequested());

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.CANCELLED);
    }

    @Test
    void aCancelledBatchShouldSettleBehindAnyNumberOfWaitingOnes() {
        for (int n = 1; n <= 150; n++) {
            node.create(n, "1h");
        }
        Batch batch = node.create(151, "24h");
        node.apply(batch, new BatchEvent.CancelRequested());

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.CANCELLED);
    }

    @Test
    void anUnplannedBatchPastItsWindowShouldExpireBehindAnyNumberOfPlannedOnes() {
        for (int n = 1; n <= 150; n++) {
            node.apply(node.create(n, "1m"), new BatchEvent.Planned(10, Optional.empty()));
        }
        Batch batch = node.create(151, "2m");
        node.time.advance(Duration.ofMinutes(3));

        assertThat(expiry.sweepOnce()).isEqualTo(1);
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.EXPIRED);
    }

    @Test
    void aBatchWithResultsShouldBeLeftToItsJob() {
        Batch batch = node.create(1, "1m");
        node.apply(batch, new BatchEvent.Planned(10, Optional.empty()));
        node.time.advance(Duration.ofMinutes(2));

        assertThat(expiry.sweepOnce()).isZero();
        assertThat(node.row(batch).status()).isEqualTo(BatchStatus.IN_PROGRESS);
    }

    @Test
    void aHeldBatchShouldBeLeftAlone() {
        Batch batch = node.create(1, "1m");
        node.time.advance(Duration.ofMinutes(2));
        node.catalog.claim(batch.id(), "node/1", Duration.ofSeconds(20));

        assertThat(expiry.sweepOnce()).isZero();
    }
}
