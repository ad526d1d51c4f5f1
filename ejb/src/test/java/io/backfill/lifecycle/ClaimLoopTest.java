package io.backfill.lifecycle;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.Handback;
import io.backfill.batches.ModelWork;
import io.backfill.dispatch.AbortCause;
import io.backfill.run.RunningBatch;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void oneTenantShouldLeaveAPlannerToTheOthers() {
        for (int i = 1; i <= 5; i++) {
            node.create(i, "24h");
        }
        assertThat(node.claims.claimOnce()).isEqualTo(3);

        node.create(BOB, 6, "24h");

        assertThat(node.claims.claimOnce()).isEqualTo(1);
        assertThat(node.runner.started).contains(SeededIds.batch(6));
    }

    /**
     * As many tenants as there are planners, or more, have older backlogs. A new tenant waits at most for one turn of each tenant
     * that has not had one.
     */
    @ParameterizedTest
    @ValueSource(ints = {4, 5, 12, 31})
    void aNewTenantShouldPlanNextWhateverTheBacklogsOfOthers(int others) {
        for (int tenant = 0; tenant < others; tenant++) {
            for (int i = 0; i < 20; i++) {
                node.create(new TenantId("all-" + tenant), tenant * 20 + i + 1, "1h");
            }
        }
        assertThat(node.claims.claimOnce()).isEqualTo(4);
        Batch late = node.create(BOB, 1_000, "24h");

        node.dead.add("m");
        for (int turn = 0; turn <= others - 4; turn++) {
            endOneInPlanning();
            node.claims.claimOnce();
        }

        assertThat(node.running.find(late.id())).isPresent();
    }

    /** All tenants get equally many turns, although one of them has all the earlier deadlines. */
    @Test
    void tenantsShouldPlanInTurns() {
        for (int i = 1; i <= 40; i++) {
            for (int tenant = 0; tenant < 8; tenant++) {
                node.create(new TenantId("all-" + tenant), tenant * 40 + i, tenant + 1 + "h");
            }
        }
        node.dead.add("m");
        for (int turn = 0; turn < 80; turn++) {
            node.claims.claimOnce();
            endOneInPlanning();
        }

        Map<TenantId, Long> planned = node.runner.started.stream()
                .distinct()
                .collect(groupingBy(id -> node.catalog.find(id).orElseThrow().tenant(), counting()));
        assertThat(planned)
                .hasSize(8)
                .allSatisfy((tenant, times) -> assertThat(times).isBetween(9L, 12L));
    }

    /** Ends the planning of the batch that began first, which then waits for a place. */
    private void endOneInPlanning() {
        RunningBatch first = node.runner.started.stream()
                .flatMap(id -> node.running.find(id).stream())
                .filter(running -> !running.isDispatched())
                .findFirst()
                .orElseThrow();
        first.planned(node.manifest("m", 1));
        first.waits();
        node.handback.ended(first.id(), first.epoch(), "PLANNED waits for a place");
    }

    /** Regression (B1): 125 batches on a slow model kept another tenant's line for a fast model waiting for minutes. */
    @Test
    void manyBatchesOfAModelShouldNotKeepAnotherModelWaiting() {
        for (int i = 1; i <= 125; i++) {
            waiting(ADA, i, "slow", 1);
        }
        node.claims.claimOnce();
        assertThat(node.running.all()).hasSizeBetween(8, 20);

        Batch fast = waiting(BOB, 126, "fast", 1);
        Batch slow = waiting(BOB, 127, "slow", 1);
        node.claims.claimOnce();

        assertThat(node.held(fast).isDispatched()).isTrue();
        assertThat(node.held(slow).isDispatched()).isTrue();
    }

    @Test
    void aDeadModelShouldKeepOneBatchOnly() {
        for (int i = 1; i <= 10; i++) {
            waiting(ADA, i, "dead", 1);
        }
        node.claims.claimOnce();
        int before = node.running.all().size();
        node.dead.add("dead");

        node.time.advance(Duration.ofSeconds(2));
        node.claims.claimOnce();
        List<RunningBatch> leaving = node.running.all().stream()
                .filter(batch -> batch.abort().cause().equals(Optional.of(AbortCause.YIELD)))
                .toList();
        assertThat(leaving).hasSize(before - 1);
        leaving.forEach(batch -> {
            batch.planned(node.manifest("dead", 1));
            node.handback.ended(batch.id(), batch.epoch(), "STOPPED YIELD");
        });

        assertThat(node.claims.claimOnce()).isZero();
        assertThat(node.running.all()).hasSize(1);
        node.dead.clear();
        assertThat(node.claims.claimOnce()).isPositive();
    }

    /** Regression (B2): 32 batches that cannot start blocked all later batches of the tenant. */
    @Test
    void batchesThatCannotStartShouldNotBeInTheWayOfLaterOnes() {
        node.runner.refuses = true;
        for (int i = 1; i <= 40; i++) {
            node.create(i, "1h");
        }
        for (int pass = 0; pass < 40; pass++) {
            node.claims.claimOnce();
        }
        node.runner.refuses = false;
        Batch later = node.create(41, "24h");

        node.claims.claimOnce();

        assertThat(node.runner.started).contains(later.id());
    }

    @Test
    void aBatchThatIsOverShouldBeSettledWhileAllPlannersAreTaken() {
        for (int i = 1; i <= 3; i++) {
            node.create(i, "24h");
        }
        node.create(BOB, 4, "24h");
        assertThat(node.claims.claimOnce()).isEqualTo(4);
        Batch over = waiting(ADA, 5, "m", 10);
        node.apply(over, new BatchEvent.Planned(10, Optional.of("m")));
        node.apply(over, new BatchEvent.CancelRequested());

        assertThat(node.claims.claimOnce()).isEqualTo(1);

        assertThat(node.held(over).settles()).isTrue();
    }

    private Batch waiting(TenantId tenant, int number, String model, int lines) {
        Batch batch = node.create(tenant, number, "24h");
        Batch claimed =
                node.catalog.claim(batch.id(), "other", Duration.ofSeconds(20)).orElseThrow();
        node.catalog.release(
                batch.id(),
                claimed.lease().epoch(),
                new Handback(List.of(new ModelWork(model, lines, 0)), Handback.Turn.KEPT));
        return batch;
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
