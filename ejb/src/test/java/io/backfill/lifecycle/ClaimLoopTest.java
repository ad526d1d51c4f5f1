package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.dispatch.AbortCause;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimLoopTest {
    private final LifecycleFixture node = new LifecycleFixture();

    @Test
    void claimShouldTakeTheLeaseAndStartTheJob() {
        Batch batch = node.create(1, "24h");

        assertThat(node.claims.claimOnce()).isEqualTo(1);

        assertThat(node.runner.started).containsExactly(batch.id());
        assertThat(node.row(batch).lease().owner()).isEqualTo("node/1");
        assertThat(node.held(batch).epoch()).isEqualTo(1);
        assertThat(node.claims.claimOnce()).isZero();
    }

    @Test
    void claimShouldStopWhereThreadsEnd() {
        for (int i = 1; i <= 5; i++) {
            node.create(i, "24h");
        }

        assertThat(node.claims.claimOnce()).isEqualTo(2);

        node.running
                .all()
                .forEach(held -> held.planned(new PlanManifest(
                        "files/in", 1, false, List.of(new ModelPlan(0, "m", 1, "file", "plan-0", 10, 10)))));
        assertThat(node.claims.claimOnce()).isEqualTo(2);
    }

    @Test
    void claimShouldLeaveABatchThatSomebodyHolds() {
        Batch batch = node.create(1, "24h");
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));

        assertThat(node.claims.claimOnce()).isZero();
        assertThat(node.runner.started).isEmpty();
    }

    @Test
    void claimShouldGoOnWithABatchWhoseHolderDied() {
        Batch batch = node.create(1, "24h");
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));
        node.time.advance(Duration.ofSeconds(21));
        node.queue.offer(batch);

        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(node.row(batch).lease().epoch()).isEqualTo(2);
    }

    @Test
    void aJobThatCannotBeStartedShouldGiveTheLeaseBackAndWait() {
        Batch batch = node.create(1, "24h");
        node.runner.refuses = true;

        node.claims.claimOnce();

        assertThat(node.running.all()).isEmpty();
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
        node.runner.refuses = false;
        node.queue.offer(batch);
        assertThat(node.claims.claimOnce()).isZero();
        node.time.advance(Duration.ofSeconds(2));
        assertThat(node.claims.claimOnce()).isEqualTo(1);
    }

    @Test
    void aBatchThatIsBeingCancelledShouldBeClaimedAborted() {
        Batch batch = node.create(1, "24h");
        node.apply(batch, new BatchEvent.CancelRequested());

        node.claims.claimOnce();

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.CANCEL);
    }

    @Test
    void aBatchPastItsWindowShouldBeClaimedAborted() {
        Batch batch = node.create(1, "1m");
        node.time.advance(Duration.ofMinutes(2));

        node.claims.claimOnce();

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.DEADLINE);
    }

    @Test
    void nothingShouldBeClaimedAfterStop() {
        node.create(1, "24h");

        node.claims.stop();

        assertThat(node.claims.claimOnce()).isZero();
    }
}
