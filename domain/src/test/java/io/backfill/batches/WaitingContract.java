package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that all {@link WaitingBatches} must pass. */
public interface WaitingContract extends CatalogFixture {
    Duration LEASE = Duration.ofMinutes(1);

    @Test
    default void aNewBatchShouldWaitForNoModel() {
        batches().insert(batch(1));

        assertThat(waiting().models("", 10)).isEmpty();
        assertThat(ids(waiting().next("", Optional.empty(), 10, 10))).containsExactly(id(1));
    }

    @Test
    default void aBatchThatWasHandedBackShouldWaitForItsModels() {
        handedBack(ADA, 1, "1h", Handback.Turn.KEPT, "a", "b");

        assertThat(waiting().models("", 10)).containsExactly("a", "b");
        assertThat(waiting().models("a", 10)).containsExactly("b");
        assertThat(waiting().models("", 1)).containsExactly("a");
        assertThat(waiting().next("b", Optional.empty(), 10, 10))
                .containsExactly(new WaitingBatch(id(1), ADA, NOON.plus(Duration.ofHours(1)), "b", 7, 2));
        assertThat(waiting().next("", Optional.empty(), 10, 10)).isEmpty();
    }

    @Test
    default void nextShouldGiveEachTenantsEarliestDeadlines() {
        handedBack(ADA, 1, "3h", Handback.Turn.KEPT, "m");
        handedBack(ADA, 2, "1h", Handback.Turn.KEPT, "m");
        handedBack(ADA, 3, "2h", Handback.Turn.KEPT, "m");
        handedBack(BOB, 4, "24h", Handback.Turn.KEPT, "m");
        handedBack(BOB, 5, "1h", Handback.Turn.KEPT, "other");

        assertThat(ids(waiting().next("m", Optional.empty(), 10, 2))).containsExactly(id(2), id(3), id(4));
        assertThat(ids(waiting().next("m", Optional.of(ADA), 10, 2))).containsExactly(id(4));
        assertThat(ids(waiting().next("m", Optional.empty(), 1, 3))).containsExactly(id(2), id(3), id(1));
    }

    @Test
    default void aClaimedBatchShouldNotWait() {
        handedBack(ADA, 1, "1h", Handback.Turn.KEPT, "m");

        assertThat(leases().claim(id(1), "node-b", LEASE)).isPresent();

        assertThat(waiting().models("", 10)).isEmpty();
        assertThat(waiting().next("m", Optional.empty(), 10, 10)).isEmpty();
    }

    @Test
    default void aBatchThatHasEndedShouldNotWait() {
        handedBack(ADA, 1, "1h", Handback.Turn.KEPT, "m");
        change(1, new BatchEvent.CancelRequested());
        change(1, new BatchEvent.EndedUnplanned());

        assertThat(waiting().models("", 10)).isEmpty();
    }

    @Test
    default void aBatchThatFailedShouldPauseLongerEachTime() {
        assertThat(handedBack(ADA, 1, "1h", Handback.Turn.PAUSED)).isEqualTo(Duration.ofSeconds(1));
        assertThat(waiting().next("", Optional.empty(), 10, 10)).isEmpty();
        ageLeases(Duration.ofMillis(1100));
        assertThat(ids(waiting().next("", Optional.empty(), 10, 10))).containsExactly(id(1));

        assertThat(again(1, Handback.Turn.PAUSED)).isEqualTo(Duration.ofSeconds(2));
        assertThat(again(1, Handback.Turn.PAUSED)).isEqualTo(Duration.ofSeconds(4));
        assertThat(again(1, Handback.Turn.PAUSED_AFTER_PROGRESS)).isEqualTo(Duration.ofSeconds(1));
        assertThat(again(1, Handback.Turn.KEPT)).isEqualTo(Duration.ZERO);
        assertThat(again(1, Handback.Turn.PAUSED)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    default void whatFailedOrHadItsTurnShouldGoBehind() {
        handedBack(ADA, 1, "1h", Handback.Turn.PAUSED, "m");
        handedBack(ADA, 2, "2h", Handback.Turn.BEHIND, "m");
        handedBack(ADA, 3, "3h", Handback.Turn.KEPT, "m");

        assertThat(ids(waiting().next("m", Optional.empty(), 10, 10))).containsExactly(id(3), id(2));
        ageLeases(Duration.ofSeconds(2));
        assertThat(ids(waiting().next("m", Optional.empty(), 10, 10))).containsExactly(id(3), id(2), id(1));
    }

    @Test
    default void aReleaseByAnotherEpochShouldChangeNothing() {
        batches().insert(batch(1));
        Batch claimed = leases().claim(id(1), "node-a", LEASE).orElseThrow();

        assertThat(leases().release(id(1), claimed.lease().epoch() - 1, how(Handback.Turn.PAUSED, "m")))
                .isEmpty();

        assertThat(waiting().models("", 10)).isEmpty();
        assertThat(batches().find(id(1)).orElseThrow().lease()).isEqualTo(claimed.lease());
    }

    @Test
    default void aBatchWhoseNodeDiedShouldBeAbandoned() {
        batches().insert(batch(1));
        handedBack(ADA, 2, "1h", Handback.Turn.KEPT, "m");
        assertThat(leases().claim(id(1), "node-a", LEASE)).isPresent();
        assertThat(waiting().abandoned(10)).isEmpty();

        ageLeases(LEASE);

        assertThat(waiting().abandoned(10)).containsExactly(id(1));
    }

    @Test
    default void leasesOfAnEarlierBootShouldWaitAgain() {
        handedBack(ADA, 1, "1h", Handback.Turn.KEPT, "m");
        assertThat(leases().claim(id(1), "node-a", LEASE)).isPresent();

        leases().releaseAllOf("node-a");

        assertThat(ids(waiting().next("m", Optional.empty(), 10, 10))).containsExactly(id(1));
    }

    @Test
    default void settleableShouldGiveWhatWantsItsFiles() {
        for (int n = 1; n <= 4; n++) {
            batches().insert(batch(ADA, id(n), n == 1 ? "1h" : "24h"));
        }
        for (int n = 1; n <= 3; n++) {
            change(n, new BatchEvent.Planned(3, Optional.of("m")));
        }
        change(2, new BatchEvent.CancelRequested());
        change(4, new BatchEvent.CancelRequested());

        assertThat(waiting().settleable(NOON, 10)).containsExactly(id(2));
        assertThat(waiting().settleable(NOON.plus(Duration.ofHours(1)), 10)).containsExactlyInAnyOrder(id(1), id(2));
        again(2, Handback.Turn.PAUSED);
        assertThat(waiting().settleable(NOON, 10)).isEmpty();
    }

    @Test
    default void endableShouldGiveWhatEndsWithoutAJobOnly() {
        open(1, "1h");
        open(2, "3h");
        open(3, "3h");
        open(4, "1h");
        open(5, "3h");
        change(3, new BatchEvent.CancelRequested());
        change(4, new BatchEvent.Planned(3, Optional.empty()));
        change(5, new BatchEvent.Planned(3, Optional.empty()));
        change(5, new BatchEvent.CancelRequested());
        open(6, "1h");
        leases().claim(id(6), "node-a", LEASE);

        assertThat(waiting().endable(NOON.plus(Duration.ofHours(2)), 10))
                .extracting(Batch::id)
                .containsExactlyInAnyOrder(id(1), id(3));
        assertThat(waiting().endable(NOON, 10)).extracting(Batch::id).containsExactly(id(3));
    }

    private void open(int n, String window) {
        batches().insert(batch(ADA, id(n), window));
    }

    private void change(int n, BatchEvent event) {
        Batch before = batches().find(id(n)).orElseThrow();
        assertThat(batches().replace(before, BatchTransitions.apply(before, event, NOON), List.of()))
                .isTrue();
    }

    private Duration handedBack(TenantId tenant, int n, String window, Handback.Turn turn, String... models) {
        batches().insert(batch(tenant, id(n), window));
        return again(n, turn, models);
    }

    private Duration again(int n, Handback.Turn turn, String... models) {
        Batch claimed = leases().claim(id(n), "node-a", LEASE).orElseThrow();
        return leases().release(id(n), claimed.lease().epoch(), how(turn, models))
                .orElseThrow();
    }

    private static Handback how(Handback.Turn turn, String... models) {
        return new Handback(
                IntStream.range(0, models.length)
                        .mapToObj(n -> new ModelWork(models[n], 7, 700))
                        .toList(),
                turn);
    }

    private static List<BatchId> ids(List<WaitingBatch> batches) {
        return batches.stream().map(WaitingBatch::id).toList();
    }

    private static BatchId id(int n) {
        return SeededIds.batch(n);
    }
}
