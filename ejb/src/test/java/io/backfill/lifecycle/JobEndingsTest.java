package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.LineError;
import io.backfill.dispatch.AbortCause;
import io.backfill.queue.Wakeup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobEndingsTest {
    private final LifecycleFixture node = new LifecycleFixture();

    @Test
    void aBatchThatEndedShouldGiveItsFolderBack() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.store.put(batch.folder() + "/plan.json", "{}");
        node.apply(batch, new BatchEvent.Refused(List.of(LineError.ofFile("empty_file", "empty", ""))));

        node.endings.ended(batch.id(), 1, "REFUSED");

        assertThat(node.running.all()).isEmpty();
        assertThat(node.store.list("batches", 10)).isEmpty();
        assertThat(node.queue.next(10)).isEmpty();
        assertThat(node.published).containsExactly(new Wakeup.Work());
    }

    @Test
    void aBatchThatGoesOnShouldGiveItsLeaseBackAndKeepItsFolder() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.store.put(batch.folder() + "/plan.json", "{}");

        node.endings.ended(batch.id(), 1, "Error: disk full");

        assertThat(node.store.list("batches", 10)).hasSize(1);
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
        assertThat(node.claims.claimOnce()).as("a failed batch waits a little").isZero();
        node.time.advance(Duration.ofSeconds(2));
        assertThat(node.claims.claimOnce()).isEqualTo(1);
    }

    @Test
    void aLostLeaseShouldNotBeReleased() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.held(batch).abort().trip(AbortCause.LOST_LEASE);
        node.time.advance(Duration.ofSeconds(30));
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));

        node.endings.ended(batch.id(), 1, "STOPPED LOST_LEASE");

        assertThat(node.row(batch).lease().owner()).isEqualTo("other/1");
    }

    @Test
    void theEndOfAnotherEpochShouldChangeNothing() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();

        node.endings.ended(batch.id(), 7, "COMPLETED");

        assertThat(node.running.find(batch.id())).isPresent();
    }

    @Test
    void pausesShouldGrowAndEnd() {
        Batch batch = node.create(1, "24h");

        assertThat(node.pauses.failed(batch.id())).isEqualTo(Duration.ofSeconds(1));
        assertThat(node.pauses.failed(batch.id())).isEqualTo(Duration.ofSeconds(2));
        for (int i = 0; i < 10; i++) {
            node.pauses.failed(batch.id());
        }
        assertThat(node.pauses.failed(batch.id())).isEqualTo(Duration.ofMinutes(1));
        node.pauses.ended(batch.id());
        assertThat(node.pauses.pausing(batch.id())).isFalse();
    }
}
