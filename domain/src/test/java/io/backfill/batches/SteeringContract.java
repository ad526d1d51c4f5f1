package io.backfill.batches;

import static io.backfill.batches.BatchSteering.Outcome.DONE;
import static io.backfill.batches.BatchSteering.Outcome.REFUSED;
import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Tests that every {@link BatchSteering}, together with the {@link BatchLeases} over the same rows, must pass. */
public interface SteeringContract extends CatalogFixture {
    Duration HELD = Duration.ofMinutes(1);

    BatchSteering steering();

    private BatchId create(String window) {
        BatchId id = SeededIds.batch(1);
        batches().insert(SampleBatches.batch(ADA, id, window));
        return id;
    }

    private Batch rowOf(BatchId id) {
        return batches().find(id).orElseThrow();
    }

    private Optional<BatchPause.Reason> reason(BatchId id) {
        return rowOf(id).pause().map(BatchPause::reason);
    }

    private void apply(BatchId id, BatchEvent event) {
        Batch before = rowOf(id);
        assertThat(batches().replace(before, BatchTransitions.apply(before, event, NOON), List.of()))
                .isTrue();
    }

    @Test
    default void aPausedBatchShouldNotBeClaimedUntilItIsResumed() {
        BatchId id = create("30000d");

        assertThat(steering().pause(id, BatchPause.Reason.USER)).isEqualTo(DONE);
        assertThat(reason(id)).contains(BatchPause.Reason.USER);
        assertThat(leases().claim(id, "node-a", HELD)).isEmpty();
        assertThat(leases().claimable(10)).isEmpty();

        assertThat(steering().endPause(id)).isEqualTo(DONE);
        assertThat(reason(id)).isEmpty();
        assertThat(leases().claim(id, "node-a", HELD)).isPresent();
    }

    @Test
    default void ordersGivenTwiceShouldChangeNothing() {
        BatchId id = create("30000d");
        assertThat(steering().endPause(id)).isEqualTo(DONE);
        steering().pause(id, BatchPause.Reason.OPERATOR);
        BatchPause first = rowOf(id).pause().orElseThrow();

        assertThat(steering().pause(id, BatchPause.Reason.USER)).isEqualTo(DONE);

        assertThat(rowOf(id).pause()).contains(first);
    }

    @Test
    default void theOwnerShouldNotEndAPauseOfAnOperator() {
        BatchId id = create("30000d");
        steering().pause(id, BatchPause.Reason.OPERATOR);

        assertThat(steering().endPause(id)).isEqualTo(REFUSED);

        assertThat(reason(id)).contains(BatchPause.Reason.OPERATOR);
    }

    @Test
    default void theHolderShouldLearnOfAPauseWithItsNextRenewal() {
        BatchId id = create("30000d");
        long epoch = leases().claim(id, "node-a", HELD).orElseThrow().lease().epoch();
        assertThat(leases().renewAll(Map.of(id, epoch), HELD).paused()).isEmpty();

        steering().pause(id, BatchPause.Reason.USER);

        BatchLeases.Renewal renewal = leases().renewAll(Map.of(id, epoch), HELD);
        assertThat(renewal.renewed()).containsExactly(id);
        assertThat(renewal.paused()).containsExactly(id);
        assertThat(leases().release(id, epoch)).isTrue();
        assertThat(leases().claim(id, "node-b", HELD)).isEmpty();
    }

    @Test
    default void aBatchWhoseHolderDiedShouldStayPaused() {
        BatchId id = create("30000d");
        assertThat(leases().claim(id, "node-a", HELD)).isPresent();
        steering().pause(id, BatchPause.Reason.USER);
        ageLeases(HELD);
        assertThat(leases().claim(id, "node-b", HELD)).isEmpty();

        steering().endPause(id);

        assertThat(leases().claim(id, "node-b", HELD)).isPresent();
        assertThat(rowOf(id).supervision().startsWithoutEnd())
                .as("a pause forgives no death")
                .isEqualTo(2);
    }

    @Test
    default void aPausedBatchShouldBeClaimedToBeCancelled() {
        BatchId id = create("30000d");
        apply(id, new BatchEvent.Planned(3, Optional.of("m")));
        steering().pause(id, BatchPause.Reason.USER);

        apply(id, new BatchEvent.CancelRequested());

        long epoch = leases().claim(id, "node-a", HELD).orElseThrow().lease().epoch();
        assertThat(leases().renewAll(Map.of(id, epoch), HELD).paused())
                .as("nothing is left to pause")
                .isEmpty();
        assertThat(steering().pause(id, BatchPause.Reason.USER)).isEqualTo(REFUSED);
    }

    @Test
    default void aPausedBatchShouldBeClaimedWhenItsWindowHasEnded() {
        BatchId id = create("1s");
        time().advance(Duration.ofDays(1));
        try {
            steering().pause(id, BatchPause.Reason.USER);
            assertThat(leases().claim(id, "node-a", HELD)).isPresent();
        } finally {
            time().advance(Duration.ofDays(-1));
        }
    }

    @Test
    default void aBatchThatHasEndedShouldRefuseOrders() {
        BatchId id = create("30000d");
        apply(id, new BatchEvent.Refused(List.of()));

        assertThat(steering().pause(id, BatchPause.Reason.USER)).isEqualTo(REFUSED);
        assertThat(steering().endPause(id)).isEqualTo(REFUSED);
        assertThat(steering().pause(SeededIds.batch(9), BatchPause.Reason.USER)).isEqualTo(REFUSED);
    }

    @Test
    default void aChangeShouldReplaceOnlyWhatItNames() {
        BatchId id = create("30000d");
        assertThat(rowOf(id).steering()).isEqualTo(Steering.NONE);
        long version = rowOf(id).version();

        steer(
                id,
                new SteeringChange(
                        Optional.of(Priority.HIGH),
                        Optional.of(OptionalInt.of(3)),
                        Optional.of(OptionalLong.of(1L << 40))));
        assertThat(rowOf(id).steering())
                .isEqualTo(new Steering(Priority.HIGH, OptionalInt.of(3), OptionalLong.of(1L << 40)));

        steer(id, new SteeringChange(Optional.empty(), Optional.of(OptionalInt.empty()), Optional.empty()));
        assertThat(rowOf(id).steering())
                .isEqualTo(new Steering(Priority.HIGH, OptionalInt.empty(), OptionalLong.of(1L << 40)));
        assertThat(rowOf(id).version()).isEqualTo(version);
    }

    private void steer(BatchId id, SteeringChange change) {
        assertThat(steering().steer(id, change, Optional.empty())).isEqualTo(DONE);
    }

    private static SteeringChange to(Priority priority) {
        return new SteeringChange(Optional.of(priority), Optional.empty(), Optional.empty());
    }

    private static SteeringChange budget(long tokens) {
        return new SteeringChange(Optional.empty(), Optional.empty(), Optional.of(OptionalLong.of(tokens)));
    }

    @Test
    default void theHolderShouldLearnOfAChangeWithItsNextRenewalAndAStatusChangeShouldKeepIt() {
        BatchId id = create("30000d");
        long epoch = leases().claim(id, "node-a", HELD).orElseThrow().lease().epoch();
        Batch before = rowOf(id);
        steer(id, budget(9));

        assertThat(leases().renewAll(Map.of(id, epoch), HELD).steering())
                .isEqualTo(Map.of(id, new Steering(Priority.NORMAL, OptionalInt.empty(), OptionalLong.of(9))));
        Batch planned = BatchTransitions.apply(before, new BatchEvent.Planned(3, Optional.of("m")), NOON);
        assertThat(batches().replace(before, planned, List.of())).isTrue();
        assertThat(rowOf(id).steering().tokenBudget()).hasValue(9);
    }

    @Test
    default void aSpentBudgetShouldPauseOnceForItsHolder() {
        BatchId id = create("30000d");
        long epoch = leases().claim(id, "node-a", HELD).orElseThrow().lease().epoch();
        assertThat(steering().pauseSpent(id, epoch, 100)).as("no budget").isFalse();
        steer(id, budget(101));
        assertThat(steering().pauseSpent(id, epoch, 100)).as("raised meanwhile").isFalse();
        assertThat(steering().pauseSpent(id, epoch - 1, 101))
                .as("of an earlier owner")
                .isFalse();

        assertThat(steering().pauseSpent(id, epoch, 101)).isTrue();
        assertThat(steering().pauseSpent(id, epoch, 101)).isFalse();

        assertThat(reason(id)).contains(BatchPause.Reason.BUDGET);
        leases().release(id, epoch);
        assertThat(leases().claim(id, "node-b", HELD)).isEmpty();
        assertThat(steering().endPause(id)).isEqualTo(DONE);
        assertThat(leases().claim(id, "node-b", HELD)).isPresent();
    }

    @Test
    default void metadataShouldBeReplacedWithTheSteering() {
        BatchId id = create("30000d");
        Map<String, String> metadata = Map.of("k", "v");

        assertThat(steering().steer(id, to(Priority.LOW), Optional.of(metadata)))
                .isEqualTo(DONE);

        assertThat(rowOf(id).spec().metadata()).contains(metadata);
        assertThat(rowOf(id).steering().priority()).isEqualTo(Priority.LOW);
        assertThat(batches().list(ADA, withMetadata("k", "v")))
                .extracting(Batch::id)
                .containsExactly(id);
        steering().steer(id, SteeringChange.NONE, Optional.of(Map.of("k", "w")));
        assertThat(batches().list(ADA, withMetadata("k", "v"))).isEmpty();
        assertThat(batches().list(ADA, withMetadata("k", "w")))
                .extracting(Batch::id)
                .containsExactly(id);
    }

    private static BatchQuery withMetadata(String key, String value) {
        return new BatchQuery(
                Optional.empty(),
                10,
                new BatchQuery.Filter(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new BatchQuery.MetadataPair(key, value)),
                        BatchQuery.Created.EVER));
    }

    @Test
    default void onlyTheMetadataOfAnEndedBatchShouldChange() {
        BatchId id = create("30000d");
        apply(id, new BatchEvent.Refused(List.of()));

        assertThat(steering().steer(id, to(Priority.LOW), Optional.of(Map.of("k", "v"))))
                .isEqualTo(REFUSED);
        assertThat(rowOf(id).spec().metadata()).isNotEqualTo(Optional.of(Map.of("k", "v")));
        assertThat(steering().steer(id, SteeringChange.NONE, Optional.of(Map.of("k", "v"))))
                .isEqualTo(DONE);
        assertThat(rowOf(id).spec().metadata()).contains(Map.of("k", "v"));
    }

    @Test
    default void waitingBatchesOfATenantShouldBeOrderedByPriority() {
        for (int n = 1; n <= 3; n++) {
            batches().insert(SampleBatches.batch(ADA, SeededIds.batch(n), "3000" + n + "d"));
        }
        steer(SeededIds.batch(1), to(Priority.LOW));
        steer(SeededIds.batch(3), to(Priority.HIGH));
        assertThat(next("")).containsExactly(SeededIds.batch(3), SeededIds.batch(2), SeededIds.batch(1));

        for (int n = 1; n <= 3; n++) {
            BatchId id = SeededIds.batch(n);
            long epoch =
                    leases().claim(id, "node-a", HELD).orElseThrow().lease().epoch();
            leases().release(id, epoch, new Handback(List.of(new ModelWork("m", 7, 7)), Handback.Turn.KEPT));
        }
        assertThat(next("m")).containsExactly(SeededIds.batch(3), SeededIds.batch(2), SeededIds.batch(1));
        steer(SeededIds.batch(1), to(Priority.HIGH));
        steer(SeededIds.batch(3), to(Priority.NORMAL));
        assertThat(next("m")).containsExactly(SeededIds.batch(1), SeededIds.batch(2), SeededIds.batch(3));
        assertThat(waiting().next("m", Optional.empty(), 10, 10).stream()
                        .map(WaitingBatch::priority)
                        .toList())
                .containsExactly(Priority.HIGH, Priority.NORMAL, Priority.NORMAL);
    }

    private List<BatchId> next(String model) {
        return waiting().next(model, Optional.empty(), 10, 10).stream()
                .map(WaitingBatch::id)
                .toList();
    }
}
