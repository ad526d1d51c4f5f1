package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import org.junit.jupiter.api.Test;

class VanishedExecutionSweepTest {
    private final LifecycleFixture node = new LifecycleFixture();
    private final VanishedExecutionSweep watch = new VanishedExecutionSweep(node.running, node.runner, node.handback);

    @Test
    void aJobThatIsGoneInTwoPassesShouldBeHandedBack() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.runner.started.clear();

        watch.sweepOnce();
        assertThat(node.running.find(batch.id())).isPresent();
        watch.sweepOnce();

        assertThat(node.running.find(batch.id())).isEmpty();
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
    }

    @Test
    void aJobThatRunsShouldBeLeftAlone() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();

        watch.sweepOnce();
        watch.sweepOnce();

        assertThat(node.running.find(batch.id())).isPresent();
    }
}
