package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchPause;
import io.backfill.dispatch.AbortCause;
import io.backfill.run.RunningBatch;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuspectIsolationTest {
    private final LifecycleFixture node = new LifecycleFixture();
    private final SetAsideBatchSweep setAside = new SetAsideBatchSweep(node.catalog, node.queue);

    /** Returns a batch that was open when {@code deaths} nodes died. */
    private Batch suspect(int number, int deaths) {
        Batch batch = node.create(number, "24h");
        die(batch, deaths);
        return batch;
    }

    private void die(Batch batch, int deaths) {
        for (int death = 0; death < deaths; death++) {
            assertThat(node.catalog
                            .claim(batch.id(), "dead/1", LifecycleFixture.CONFIG.lease())
                            .or(() -> node.catalog.claimSuspect(batch.id(), "dead/1", LifecycleFixture.CONFIG.lease())))
                    .isPresent();
            node.time.advance(LifecycleFixture.CONFIG.lease());
        }
    }

    private void end(Batch batch, String exitStatus) {
        node.handback.ended(batch.id(), node.held(batch).epoch(), exitStatus);
    }

    private boolean runs(Batch batch) {
        return node.running.find(batch.id()).isPresent();
    }

    @Test
    void aBatchThatWasOpenAtOneDeathShouldRunBesideOthers() {
        Batch batch = suspect(1, 1);
        Batch other = node.create(2, "24h");

        assertThat(node.claims.claimOnce()).isEqualTo(2);

        assertThat(node.held(batch).ramp()).isEmpty();
        assertThat(runs(other)).isTrue();
    }

    @Test
    void aSuspectShouldRunAloneOnAnEmptyNode() {
        Batch suspect = suspect(1, 2);
        Batch other = node.create(2, "24h");

        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(node.held(suspect).alone()).isTrue();
        assertThat(node.held(suspect).ramp()).isPresent();
        assertThat(node.claims.claimOnce()).isZero();
        assertThat(runs(other)).isFalse();

        end(suspect, "COMPLETED");
        node.time.advance(Duration.ofMillis(1));
        assertThat(node.claims.claimOnce()).isEqualTo(1);
    }

    @Test
    void aBusyNodeShouldMakeRoomForASuspectAfterAMinute() {
        Batch other = node.create(2, "24h");
        node.claims.claimOnce();
        Batch suspect = node.create(1, "24h");
        die(suspect, 2);
        node.catalog.renew(other.id(), 1, Duration.ofHours(1));

        node.claims.claimOnce();
        assertThat(node.held(other).abort().isTripped()).isFalse();
        node.time.advance(SuspectIsolation.PATIENCE);
        node.claims.claimOnce();

        assertThat(node.held(other).abort().cause()).contains(AbortCause.YIELD);
        end(other, "STOPPED YIELD");
        assertThat(node.row(other).lease().heldAt(node.time.instant())).isFalse();
        node.claims.claimOnce();
        assertThat(runs(suspect)).isTrue();
        assertThat(runs(other)).isFalse();
    }

    @Test
    void oneNodeAtATimeShouldMakeRoom() {
        Batch other = node.create(2, "24h");
        node.claims.claimOnce();
        die(node.create(1, "24h"), 2);
        node.catalog.renew(other.id(), 1, Duration.ofHours(1));
        assertThat(node.sweepLeases.take("suspects", "elsewhere/1", Duration.ofHours(1)))
                .isTrue();

        node.claims.claimOnce();
        node.time.advance(SuspectIsolation.PATIENCE);
        node.claims.claimOnce();

        assertThat(node.held(other).abort().isTripped()).isFalse();
    }

    @Test
    void aSuspectThatOthersWaitForShouldTakeTurnsAndGoOnWhereItsWindowWas() {
        Batch suspect = suspect(1, 2);
        node.claims.claimOnce();
        Batch other = node.create(2, "24h");
        RunningBatch first = node.held(suspect);

        node.time.advance(SuspectIsolation.TURN.minusSeconds(1));
        node.catalog.renew(suspect.id(), first.epoch(), Duration.ofHours(1));
        node.claims.claimOnce();
        assertThat(first.abort().isTripped()).isFalse();
        node.time.advance(Duration.ofSeconds(1));
        node.claims.claimOnce();
        assertThat(first.abort().cause()).contains(AbortCause.YIELD);
        end(suspect, "STOPPED YIELD");
        assertThat(node.row(suspect).supervision().startsWithoutEnd())
                .as("it has shown nothing yet")
                .isEqualTo(2);

        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(runs(other)).isTrue();
        end(other, "COMPLETED");
        node.apply(other, new BatchEvent.CancelRequested());
        node.apply(other, new BatchEvent.EndedUnplanned());
        node.claims.claimOnce();
        assertThat(runs(suspect)).as("nothing else waits").isTrue();
        assertThat(node.held(suspect).ramp().orElseThrow().length()).isEqualTo(SuspectIsolation.TURN);
    }

    @Test
    void aSuspectWhoseWindowIsFullShouldBeCleared() {
        Batch suspect = suspect(1, 4);
        node.claims.claimOnce();
        RunningBatch held = node.held(suspect);
        assertThat(held.ramp().orElseThrow().of(64)).isEqualTo(1);
        node.time.advance(Duration.ofMinutes(6));
        node.catalog.renew(suspect.id(), held.epoch(), Duration.ofHours(1));
        Batch other = node.create(2, "24h");

        assertThat(node.claims.claimOnce()).isEqualTo(1);

        assertThat(runs(other)).isTrue();
        assertThat(held.alone()).isFalse();
        assertThat(node.row(suspect).supervision().startsWithoutEnd()).isEqualTo(1);
    }

    @Test
    void afterFiveDeathsNoNodeShouldClaimTheBatchBeforeItIsResumed() {
        Batch batch = suspect(1, 5);

        assertThat(setAside.sweepOnce()).isEqualTo(1);
        assertThat(setAside.sweepOnce()).isZero();
        assertThat(node.claims.claimOnce()).isZero();
        assertThat(node.row(batch).pause().map(BatchPause::reason)).contains(BatchPause.Reason.CRASHED);

        node.catalog.resume(batch.id());
        node.queue.offer(node.row(batch));
        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(node.held(batch).ramp()).isEmpty();
    }

    @Test
    void whatWasSetAsideShouldBeSettledWithoutSending() {
        Batch batch = suspect(1, 5);
        setAside.sweepOnce();
        node.apply(batch, new BatchEvent.CancelRequested());
        node.queue.offer(node.row(batch));

        assertThat(node.claims.claimOnce()).isEqualTo(1);

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.CANCEL);
        assertThat(node.held(batch).ramp()).isEmpty();
    }

    @Test
    void aSuspectWhoseJobFailedShouldWaitAndLetOthersRun() {
        Batch suspect = suspect(1, 2);
        Batch other = node.create(2, "24h");
        node.claims.claimOnce();

        end(suspect, "Error: disk full");

        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(runs(other)).isTrue();
        assertThat(runs(suspect)).isFalse();
    }

    @Test
    void aLostDatabaseShouldNotCountAsADeath() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.held(batch).abort().trip(AbortCause.LOST_LEASE);

        end(batch, "STOPPED LOST_LEASE");

        assertThat(node.row(batch).supervision().startsWithoutEnd()).isZero();
        assertThat(node.row(batch).lease().owner()).isEqualTo("");
    }

    @Test
    void aLeaseThatSomebodyElseTookShouldTakeItsStartBack() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.time.advance(Duration.ofSeconds(30));
        assertThat(node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20)))
                .isPresent();
        assertThat(node.row(batch).supervision().startsWithoutEnd()).isEqualTo(2);

        end(batch, "STOPPED LOST_LEASE");

        assertThat(node.row(batch).supervision().startsWithoutEnd()).isEqualTo(1);
        assertThat(node.row(batch).lease().owner()).isEqualTo("other/1");
        assertThat(Optional.of(node.row(batch).lease().epoch())).contains(2L);
    }
}
