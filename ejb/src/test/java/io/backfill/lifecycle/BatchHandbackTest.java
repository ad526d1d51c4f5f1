package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.Handback;
import io.backfill.batches.LineError;
import io.backfill.batches.Usage;
import io.backfill.batches.WaitingBatch;
import io.backfill.dispatch.AbortCause;
import io.backfill.errors.BackfillException;
import io.backfill.queue.Wakeup;
import io.backfill.results.LogTotals;
import io.backfill.run.RunningBatch;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchHandbackTest {
    private final LifecycleFixture node = new LifecycleFixture();

    @Test
    void aBatchThatEndedShouldGiveItsFolderBack() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.store.put(batch.folder() + "/plan.json", "{}");
        node.apply(batch, new BatchEvent.Refused(List.of(LineError.ofFile("empty_file", "empty", ""))));

        node.handback.ended(batch.id(), 1, "REFUSED");

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

        node.handback.ended(batch.id(), 1, "Error: disk full");

        assertThat(node.store.list("batches", 10)).hasSize(1);
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
        assertThat(node.claims.claimOnce()).as("a failed batch waits a little").isZero();
        node.time.advance(Duration.ofSeconds(2));
        assertThat(node.claims.claimOnce()).isEqualTo(1);
    }

    @Test
    void aFailureOfAnyKindShouldNotKeepTheLease() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.broken = true;

        node.handback.ended(batch.id(), 1, "COMPLETED");

        assertThat(node.running.all()).isEmpty();
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
    }

    @Test
    void noReleaseShouldBeDroppedHoweverManyArePending() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.releasesFail = any -> true;
        for (int number = 10; number < 10_010; number++) {
            node.returns.giveBack(SeededIds.batch(number), 1, Handback.UNKNOWN);
        }
        node.handback.ended(batch.id(), 1, "Error: disk full");
        node.create(2, "24h");
        assertThat(node.claims.claimOnce()).as("nothing can be released").isZero();

        node.releasesFail = any -> false;
        node.returns.giveBackOwed();

        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isFalse();
        assertThat(node.claims.claimOnce()).isEqualTo(1);
    }

    @Test
    void aReleaseThatKeepsFailingShouldNotHoldUpTheOthers() {
        Batch stuck = node.create(1, "24h");
        Batch other = node.create(2, "24h");
        node.claims.claimOnce();
        node.releasesFail = any -> true;
        node.handback.ended(stuck.id(), 1, "Error: disk full");
        node.handback.ended(other.id(), 1, "Error: disk full");

        node.releasesFail = stuck.id()::equals;
        assertThatThrownBy(node.returns::giveBackOwed).isInstanceOf(BackfillException.class);
        assertThatThrownBy(node.returns::giveBackOwed).isInstanceOf(BackfillException.class);

        assertThat(node.row(other).lease().heldAt(node.time.instant())).isFalse();
        assertThat(node.row(stuck).lease().heldAt(node.time.instant())).isTrue();
    }

    @Test
    void aLostLeaseShouldNotBeReleased() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.held(batch).abort().trip(AbortCause.LOST_LEASE);
        node.time.advance(Duration.ofSeconds(30));
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));

        node.handback.ended(batch.id(), 1, "STOPPED LOST_LEASE");

        assertThat(node.row(batch).lease().owner()).isEqualTo("other/1");
    }

    @Test
    void theEndOfAnotherEpochShouldChangeNothing() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();

        node.handback.ended(batch.id(), 7, "COMPLETED");

        assertThat(node.running.find(batch.id())).isPresent();
    }

    @Test
    void aBatchThatKeepsFailingShouldPauseLongerUntilItGetsOn() {
        Batch batch = node.create(1, "24h");

        assertThat(pauseAfter(batch, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pauseAfter(batch, 0)).isEqualTo(Duration.ofSeconds(2));
        for (int i = 0; i < 10; i++) {
            pauseAfter(batch, 0);
        }
        assertThat(pauseAfter(batch, 0)).isEqualTo(Duration.ofMinutes(1));
        assertThat(pauseAfter(batch, 3)).as("lines were finished").isEqualTo(Duration.ofSeconds(1));
    }

    /** Fails after {@code lines} finished lines, and returns how long nothing can be claimed afterwards. */
    private Duration pauseAfter(Batch batch, int lines) {
        RunningBatch held = claim(batch);
        if (lines > 0) {
            held.recorded(0, new LogTotals(lines, 0, Usage.NONE));
        }
        node.handback.ended(batch.id(), held.epoch(), "Error: disk full");
        Duration pause = Duration.ZERO;
        while (node.claims.claimOnce() == 0) {
            node.time.advance(Duration.ofSeconds(1));
            pause = pause.plusSeconds(1);
        }
        return pause;
    }

    @Test
    void aBatchWithoutPlaceShouldWaitForItsModelsWithoutAPause() {
        Batch batch = node.create(1, "24h");
        RunningBatch held = claim(batch);
        held.planned(node.manifest("m", 10));
        held.waits();

        node.handback.ended(batch.id(), held.epoch(), "PLANNED waits for a place");

        assertThat(node.catalog.models("", 10)).containsExactly("m");
        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(node.held(batch).isDispatched()).isTrue();
    }

    @Test
    void aBatchThatYieldsShouldGoBehindTheOthers() {
        Batch first = node.create(1, "1h");
        Batch second = node.create(2, "24h");
        for (Batch batch : List.of(first, second)) {
            RunningBatch held = claim(batch);
            held.planned(node.manifest("m", 10));
            if (batch == first) {
                held.abort().trip(AbortCause.YIELD);
            } else {
                held.waits();
            }
            node.handback.ended(batch.id(), held.epoch(), "STOPPED YIELD");
        }

        assertThat(node.catalog.next("m", Optional.empty(), 10, 10))
                .extracting(WaitingBatch::id)
                .containsExactly(second.id(), first.id());
    }

    private RunningBatch claim(Batch batch) {
        if (node.running.find(batch.id()).isEmpty()) {
            node.claims.claimOnce();
        }
        return node.held(batch);
    }
}
