package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests that every {@link BatchSupervision}, together with the {@link BatchLeases} over the same rows, must pass. */
public interface SupervisionContract extends CatalogFixture {
    Duration LEASE = Duration.ofMinutes(1);

    /** A window that ends long after the time of any clock that judges a deadline. */
    String FAR = "30000d";

    BatchSupervision supervision();

    private BatchId insert(int n) {
        batches().insert(SampleBatches.batch(ADA, SeededIds.batch(n), FAR));
        return SeededIds.batch(n);
    }

    private int starts(BatchId id) {
        return row(id).supervision().startsWithoutEnd();
    }

    private Batch row(BatchId id) {
        return batches().find(id).orElseThrow();
    }

    private Optional<Batch> claim(BatchId id) {
        return leases().claim(id, "node-a", LEASE).or(() -> supervision().claimSuspect(id, "node-a", LEASE));
    }

    /** Claims the batch and lets its node die, {@code times} times. */
    private void die(BatchId id, int times) {
        for (int death = 0; death < times; death++) {
            assertThat(claim(id)).as("claim before death %d", death + 1).isPresent();
            ageLeases(LEASE);
        }
    }

    @Test
    default void aClaimShouldCountAsAStartAndAReleaseAsItsEnd() {
        BatchId id = insert(1);

        Batch claimed = leases().claim(id, "node-a", LEASE).orElseThrow();

        assertThat(claimed.supervision().startsWithoutEnd()).isEqualTo(1);
        assertThat(starts(id)).isEqualTo(1);
        leases().release(id, claimed.lease().epoch());
        assertThat(starts(id)).isZero();
        leases().release(id, claimed.lease().epoch());
        assertThat(starts(id)).isZero();
    }

    @Test
    default void oneDeathShouldBeForgottenAtTheNextOrderlyEnd() {
        BatchId id = insert(1);
        die(id, 1);

        Batch again = leases().claim(id, "node-b", LEASE).orElseThrow();
        assertThat(again.supervision().earlierDeaths()).isEqualTo(1);
        leases().release(id, again.lease().epoch());

        assertThat(starts(id)).isZero();
    }

    @Test
    default void afterTwoDeathsABatchShouldBeClaimedAsASuspectOnly() {
        BatchId id = insert(1);
        BatchId other = insert(2);
        die(id, 2);

        assertThat(leases().claim(id, "node-b", LEASE)).isEmpty();
        assertThat(leases().claimable(10)).extracting(Batch::id).containsExactly(other);
        assertThat(leases().claimableCount()).isEqualTo(1);
        assertThat(supervision().suspects(10)).containsExactly(id);
        assertThat(supervision().claimSuspect(other, "node-b", LEASE)).isEmpty();

        Batch claimed = supervision().claimSuspect(id, "node-b", LEASE).orElseThrow();
        assertThat(claimed.lease().epoch()).isEqualTo(3);
        assertThat(claimed.supervision().earlierDeaths()).isEqualTo(2);
        assertThat(supervision().suspects(10)).isEmpty();
    }

    @Test
    default void aSuspectShouldKeepItsDeathsUntilItIsCleared() {
        BatchId id = insert(1);
        die(id, 3);
        Batch first = supervision().claimSuspect(id, "node-b", LEASE).orElseThrow();
        leases().release(id, first.lease().epoch());
        assertThat(starts(id))
                .as("it was handed back before it could show anything")
                .isEqualTo(3);

        Batch second = supervision().claimSuspect(id, "node-b", LEASE).orElseThrow();
        supervision().clear(id, first.lease().epoch());
        assertThat(starts(id)).as("cleared by an owner before").isEqualTo(4);
        supervision().clear(id, second.lease().epoch());
        assertThat(starts(id)).isEqualTo(1);
        leases().release(id, second.lease().epoch());

        assertThat(leases().claim(id, "node-b", LEASE)).isPresent();
    }

    @Test
    default void suspectsShouldComeWithTheFewestDeathsFirst() {
        BatchId worst = insert(1);
        BatchId better = insert(2);
        die(worst, 4);
        die(better, 2);

        assertThat(supervision().suspects(10)).containsExactly(better, worst);
        assertThat(supervision().suspects(1)).containsExactly(better);
    }

    @Test
    default void aLostLeaseShouldNotCountAsADeath() {
        BatchId id = insert(1);
        Batch lost = leases().claim(id, "node-a", LEASE).orElseThrow();
        supervision().excuse(id, lost.lease().epoch());
        assertThat(starts(id)).as("nobody took it, so it may yet be renewed").isEqualTo(1);
        ageLeases(LEASE);
        assertThat(leases().claim(id, "node-b", LEASE)).isPresent();
        assertThat(starts(id)).isEqualTo(2);

        supervision().excuse(id, lost.lease().epoch());

        assertThat(starts(id)).isEqualTo(1);
    }

    @Test
    default void afterFiveDeathsABatchShouldBeSetAsideOnce() {
        BatchId id = insert(1);
        insert(2);
        die(id, 5);
        assertThat(claim(id)).isEmpty();

        List<Batch> aside = supervision().setAside(10);

        assertThat(aside).extracting(Batch::id).containsExactly(id);
        assertThat(aside.getFirst().pause().map(BatchPause::reason)).contains(BatchPause.Reason.CRASHED);
        assertThat(row(id)).isEqualTo(aside.getFirst());
        assertThat(row(id).status()).isEqualTo(BatchStatus.VALIDATING);
        assertThat(supervision().setAside(10)).isEmpty();
        assertThat(supervision().pausedCount()).isEqualTo(1);
        assertThat(claim(id)).isEmpty();
        assertThat(supervision().suspects(10)).isEmpty();
    }

    @Test
    default void aBatchThatIsHeldShouldNotBeSetAside() {
        BatchId id = insert(1);
        die(id, 4);
        assertThat(claim(id)).isPresent();

        assertThat(supervision().setAside(10)).isEmpty();
    }

    @Test
    default void whatWasSetAsideShouldStillBeCancelled() {
        BatchId id = insert(1);
        die(id, 5);
        supervision().setAside(10);
        Batch before = row(id);
        Batch cancelling = BatchTransitions.apply(before, new BatchEvent.CancelRequested(), NOON);
        assertThat(batches().replace(before, cancelling, List.of())).isTrue();
        assertThat(row(id).pause()).as("a status change leaves it").isPresent();

        assertThat(leases().claimable(10)).extracting(Batch::id).containsExactly(id);
        assertThat(leases().claim(id, "node-b", LEASE)).isPresent();
    }

    @Test
    default void whatWasSetAsideShouldStillExpire() {
        batches().insert(SampleBatches.batch(ADA, SeededIds.batch(1), "1s"));
        BatchId id = SeededIds.batch(1);
        time().advance(Duration.ofDays(1));
        try {
            // its window has ended, so it is claimed only to be settled
            die(id, 7);
            supervision().setAside(10);
            assertThat(row(id).pause()).isPresent();
            assertThat(leases().claim(id, "node-b", LEASE)).isPresent();
        } finally {
            time().advance(Duration.ofDays(-1));
        }
    }

    @Test
    default void settlingShouldNotKillNodesForEver() {
        BatchId id = insert(1);
        assertThat(supervision().settle(id)).isTrue();
        die(id, 10);

        assertThat(claim(id)).isEmpty();
    }

    @Test
    default void resumeShouldForgetTheDeaths() {
        BatchId id = insert(1);
        die(id, 5);
        supervision().setAside(10);

        assertThat(supervision().resume(id)).isTrue();
        assertThat(supervision().resume(id)).isTrue();

        assertThat(row(id).pause()).isEmpty();
        assertThat(starts(id)).isZero();
        assertThat(leases().claim(id, "node-b", LEASE)).isPresent();
        assertThat(supervision().resume(id)).isTrue();
        assertThat(starts(id)).as("the claim that is open counts").isEqualTo(1);
        assertThat(supervision().pausedCount()).isZero();
    }

    @Test
    default void ordersShouldConcernBatchesBeforeTheirEndOnly() {
        BatchId id = insert(1);
        Batch claimed = leases().claim(id, "node-a", LEASE).orElseThrow();
        Batch failed = BatchTransitions.apply(claimed, new BatchEvent.Refused(List.of()), NOON);
        assertThat(batches().replace(claimed, failed, List.of())).isTrue();

        assertThat(supervision().resume(id)).isFalse();
        assertThat(supervision().settle(id)).isFalse();
        assertThat(supervision().resume(SeededIds.batch(9))).isFalse();
        assertThat(supervision().settle(SeededIds.batch(9))).isFalse();
    }

    @Test
    default void settleShouldBeInTheRowAndLetASetAsideBatchBeClaimed() {
        BatchId id = insert(1);
        die(id, 5);
        supervision().setAside(10);

        assertThat(supervision().settle(id)).isTrue();

        assertThat(row(id).supervision().settle()).isTrue();
        assertThat(leases().claim(id, "node-b", LEASE)
                        .orElseThrow()
                        .supervision()
                        .settle())
                .isTrue();
    }

    @Test
    default void theQueueShouldNotNameWhatOrdinaryClaimsWouldRefuse() {
        BatchId suspect = insert(1);
        BatchId aside = insert(2);
        BatchId other = insert(3);
        die(suspect, 2);
        die(aside, 5);
        supervision().setAside(10);

        assertThat(leases().claimable(10)).extracting(Batch::id).containsExactly(other);
    }
}
