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
        leases().claim(id, "node-a", HELD).orElseThrow();
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
}
