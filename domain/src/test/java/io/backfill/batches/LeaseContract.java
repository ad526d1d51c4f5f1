package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that all {@link BatchLeases} must pass. */
public interface LeaseContract extends CatalogFixture {
    Duration MINUTE = Duration.ofMinutes(1);

    @Test
    default void claimShouldGiveTheLeaseAndLeaveTheRestOfTheRow() {
        batches().insert(batch(1));

        Batch claimed = leases().claim(SeededIds.batch(1), "node-a", MINUTE).orElseThrow();

        assertThat(claimed.lease().owner()).isEqualTo("node-a");
        assertThat(claimed.lease().epoch()).isEqualTo(1);
        assertThat(claimed.withLease(Lease.NONE).withSupervision(Supervision.NONE))
                .isEqualTo(batch(1));
        assertThat(batches().find(claimed.id())).contains(claimed);
    }

    @Test
    default void claimShouldNotReturnABatchAlreadyLeased() {
        claimed(1);

        assertThat(leases().claim(SeededIds.batch(1), "node-b", MINUTE)).isEmpty();
        assertThat(leases().claim(SeededIds.batch(1), "node-a", MINUTE)).isEmpty();
    }

    @Test
    default void claimShouldTakeOverALeaseThatRanOut() {
        Batch first = claimed(1);
        ageLeases(MINUTE);

        Batch second = leases().claim(first.id(), "node-b", MINUTE).orElseThrow();

        assertThat(second.lease().owner()).isEqualTo("node-b");
        assertThat(second.lease().epoch()).isEqualTo(first.lease().epoch() + 1);
    }

    @Test
    default void claimShouldRefuseABatchThatHasEndedOrNeverWas() {
        Batch failed = ended(claimed(1));
        leases().release(failed.id(), failed.lease().epoch());

        assertThat(leases().claim(failed.id(), "node-b", MINUTE)).isEmpty();
        assertThat(leases().claim(SeededIds.batch(2), "node-b", MINUTE)).isEmpty();
    }

    @Test
    default void ofManyClaimersEachBatchShouldHaveOne() {
        List<BatchId> ids = IntStream.rangeClosed(1, 50)
                .mapToObj(n -> batch(n))
                .peek(batches()::insert)
                .map(Batch::id)
                .toList();

        List<List<BatchId>> claims = Racers.race(
                8,
                racer -> ids.stream()
                        .filter(id ->
                                leases().claim(id, "node-" + racer, MINUTE).isPresent())
                        .toList());

        assertThat(claims.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(ids)
                .allSatisfy(id -> assertThat(
                                batches().find(id).orElseThrow().lease().epoch())
                        .isEqualTo(1));
    }

    @Test
    default void renewShouldKeepTheLease() {
        Batch batch = claimed(1);

        assertThat(leases().renew(batch.id(), batch.lease().epoch(), MINUTE.multipliedBy(3)))
                .isTrue();
        ageLeases(MINUTE.multipliedBy(2));

        assertThat(leases().claim(batch.id(), "node-b", MINUTE)).isEmpty();
        assertThat(batches().find(batch.id()).orElseThrow().lease().owner()).isEqualTo("node-a");
    }

    @Test
    default void renewShouldReviveALeaseThatRanOutAndThatNobodyTook() {
        Batch batch = claimed(1);
        ageLeases(MINUTE.multipliedBy(2));

        assertThat(leases().renew(batch.id(), batch.lease().epoch(), MINUTE)).isTrue();

        assertThat(leases().claim(batch.id(), "node-b", MINUTE)).isEmpty();
    }

    @Test
    default void renewShouldRefuseALeaseThatSomebodyElseTook() {
        Batch batch = claimed(1);
        ageLeases(MINUTE);
        Batch taken = leases().claim(batch.id(), "node-b", MINUTE).orElseThrow();

        assertThat(leases().renew(batch.id(), batch.lease().epoch(), MINUTE)).isFalse();
        assertThat(leases().renew(SeededIds.batch(2), 1, MINUTE)).isFalse();
        assertThat(batches().find(batch.id())).contains(taken);
    }

    @Test
    default void renewAllShouldSayOfEachLeaseWhatBecameOfIt() {
        Batch kept = claimed(1);
        Batch taken = claimed(2);
        Batch handedBack = claimed(3);
        ageLeases(MINUTE);
        assertThat(leases().claim(taken.id(), "node-b", MINUTE)).isPresent();
        leases().release(handedBack.id(), handedBack.lease().epoch());
        Batch cancelled = claimed(4);
        assertThat(batches()
                        .replace(
                                cancelled,
                                BatchTransitions.apply(cancelled, new BatchEvent.CancelRequested(), NOON),
                                List.of()))
                .isTrue();

        BatchLeases.Renewal renewal = leases().renewAll(
                        Map.of(
                                kept.id(), 1L,
                                taken.id(), 1L,
                                handedBack.id(), 1L,
                                cancelled.id(), 1L,
                                SeededIds.batch(9), 1L),
                        MINUTE.multipliedBy(3));

        assertThat(renewal.renewed()).containsExactlyInAnyOrder(kept.id(), cancelled.id());
        assertThat(renewal.lost()).containsExactlyInAnyOrder(taken.id(), handedBack.id(), SeededIds.batch(9));
        assertThat(renewal.cancelling()).containsExactly(cancelled.id());
        ageLeases(MINUTE.multipliedBy(2));
        assertThat(leases().claim(kept.id(), "node-b", MINUTE)).isEmpty();
        assertThat(leases().renewAll(Map.of(), MINUTE).renewed()).isEmpty();
    }

    @Test
    default void progressOfSomeShouldBeRecordedWhereTheEpochIsTheirs() {
        Batch kept = claimed(1);
        Batch taken = claimed(2);
        ageLeases(MINUTE);
        assertThat(leases().claim(taken.id(), "node-b", MINUTE)).isPresent();
        RequestCounts counts = new RequestCounts(3, 2, 1);

        batches()
                .recordProgress(List.of(
                        new BatchCatalog.Progress(taken.id(), 1, counts, Optional.empty()),
                        new BatchCatalog.Progress(kept.id(), 1, counts, Optional.empty())));

        assertThat(batches().find(kept.id()).orElseThrow().counts()).isEqualTo(counts);
        assertThat(batches().find(taken.id()).orElseThrow().counts()).isEqualTo(RequestCounts.NONE);
    }

    @Test
    default void renewShouldNotReviveALeaseThatWasHandedBack() {
        Batch batch = claimed(1);
        leases().release(batch.id(), batch.lease().epoch());

        assertThat(leases().renew(batch.id(), batch.lease().epoch(), MINUTE)).isFalse();
        assertThat(leases().claim(batch.id(), "node-b", MINUTE)).isPresent();
    }

    @Test
    default void releaseShouldMakeTheBatchClaimableAtOnce() {
        Batch batch = claimed(1);

        leases().release(batch.id(), batch.lease().epoch());
        leases().release(batch.id(), batch.lease().epoch());

        assertThat(leases().claim(batch.id(), "node-b", MINUTE)
                        .orElseThrow()
                        .lease()
                        .epoch())
                .isEqualTo(2);
    }

    @Test
    default void releaseShouldNotTouchALeaseThatSomebodyElseTook() {
        Batch batch = claimed(1);
        ageLeases(MINUTE);
        Batch taken = leases().claim(batch.id(), "node-b", MINUTE).orElseThrow();

        leases().release(batch.id(), batch.lease().epoch());

        assertThat(batches().find(batch.id())).contains(taken);
    }

    @Test
    default void aBatchThatHasEndedShouldStayAsItIsWhileItsJobEnds() {
        Batch ended = ended(claimed(1));
        Batch row = batches().find(ended.id()).orElseThrow();

        assertThat(leases().renew(ended.id(), ended.lease().epoch(), MINUTE.multipliedBy(9)))
                .isTrue();
        assertThat(batches()
                        .recordForecast(
                                ended.id(),
                                ended.lease().epoch(),
                                new Forecast(OptionalDouble.of(0.5), true, Optional.of(NOON))))
                .isTrue();

        assertThat(batches().find(ended.id())).contains(row);
    }

    @Test
    default void aWorkerThatLostItsLeaseShouldWriteNothingMore() {
        Batch zombie = claimed(1);
        ageLeases(MINUTE);
        Batch taken = leases().claim(zombie.id(), "node-b", MINUTE).orElseThrow();
        Batch planned = BatchTransitions.apply(zombie, new BatchEvent.Planned(3, Optional.of("m")), NOON);

        assertThat(batches().replace(zombie, planned, List.of(SampleBatches.file(ADA, SeededIds.file(1), 1))))
                .isFalse();
        assertThat(batches()
                        .recordProgress(
                                zombie.id(), zombie.lease().epoch(), new RequestCounts(3, 1, 0), Optional.empty()))
                .isFalse();

        assertThat(batches().find(zombie.id())).contains(taken);
        assertThat(files().find(ADA, SeededIds.file(1), NOON)).isEmpty();
    }

    @Test
    default void claimableShouldGiveWhatCanBeClaimedEarliestDeadlineFirst() {
        insert(1, "3h");
        insert(2, "1h");
        insert(3, "2h");
        insert(4, "1m");
        leases().claim(SeededIds.batch(4), "node-a", MINUTE);
        ended(claimed(5));

        assertThat(leases().claimable(10))
                .extracting(Batch::id)
                .containsExactly(SeededIds.batch(2), SeededIds.batch(3), SeededIds.batch(1));
        assertThat(leases().claimable(2)).extracting(Batch::id).containsExactly(SeededIds.batch(2), SeededIds.batch(3));
        assertThat(leases().claimableCount()).isEqualTo(3);
    }

    @Test
    default void claimableShouldGiveABatchWhoseLeaseRanOut() {
        Batch batch = claimed(1);
        assertThat(leases().claimable(10)).isEmpty();

        ageLeases(MINUTE);

        assertThat(leases().claimable(10)).extracting(Batch::id).containsExactly(batch.id());
        assertThat(leases().claimableCount()).isEqualTo(1);
    }

    @Test
    default void earliestDeadlineShouldLookAtBatchesBeforeTheirEndOnly() {
        assertThat(leases().earliestDeadline()).isEmpty();
        batches().insert(batch(ADA, SeededIds.batch(1), "3h"));
        batches().insert(batch(BOB, SeededIds.batch(2), "2h"));
        batches().insert(batch(ADA, SeededIds.batch(3), "1h"));

        ended(leases().claim(SeededIds.batch(3), "node-a", MINUTE).orElseThrow());

        assertThat(leases().earliestDeadline()).contains(NOON.plus(Duration.ofHours(2)));
    }

    @Test
    default void releaseAllOfShouldVoidTheLeasesOfThatPrefixOnly() {
        IntStream.rangeClosed(1, 5).forEach(n -> batches().insert(batch(n)));
        leases().claim(SeededIds.batch(1), "n_de%/boot-1", MINUTE);
        leases().claim(SeededIds.batch(2), "n_de%/boot-2", MINUTE);
        leases().claim(SeededIds.batch(3), "node%/boot-1", MINUTE);
        leases().claim(SeededIds.batch(4), "other/n_de%/boot-1", MINUTE);

        assertThat(leases().releaseAllOf("n_de%/")).isEqualTo(2);

        assertThat(leases().claimable(10))
                .extracting(Batch::id)
                .containsExactly(SeededIds.batch(1), SeededIds.batch(2), SeededIds.batch(5));
        assertThat(leases().renew(SeededIds.batch(1), 1, MINUTE)).isFalse();
        assertThat(leases().releaseAllOf("n_de%/")).isZero();
    }

    private void insert(int n, String window) {
        batches().insert(batch(ADA, SeededIds.batch(n), window));
    }

    private Batch claimed(int n) {
        batches().insert(batch(n));
        return leases().claim(SeededIds.batch(n), "node-a", MINUTE).orElseThrow();
    }

    private Batch ended(Batch batch) {
        Batch failed = BatchTransitions.apply(batch, new BatchEvent.Refused(List.of()), NOON);
        assertThat(batches().replace(batch, failed, List.of())).isTrue();
        return failed;
    }
}
