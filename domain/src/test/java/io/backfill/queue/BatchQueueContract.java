package io.backfill.queue;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.CatalogFixture;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests that every {@link BatchQueue} must pass. The batches are also rows of the catalog, as in the product. */
public interface BatchQueueContract extends CatalogFixture {
    @Test
    default void anEmptyQueueShouldNameNobody() {
        assertThat(queue().next(10)).isEmpty();
        assertThat(queue().size()).isZero();
    }

    @Test
    default void nextShouldGiveTheEarliestDeadlineFirst() {
        waiting(ADA, 1, "3h");
        waiting(ADA, 2, "1h");
        waiting(ADA, 3, "2h");

        assertThat(queue().next(10)).extracting(Candidate::id).containsExactly(id(2), id(3), id(1));
        assertThat(queue().next(2)).extracting(Candidate::id).containsExactly(id(2), id(3));
        assertThat(queue().size()).isEqualTo(3);
    }

    @Test
    default void nextShouldNotRemove() {
        waiting(ADA, 1, "1h");

        assertThat(queue().next(1))
                .isEqualTo(queue().next(1))
                .extracting(Candidate::id)
                .containsExactly(id(1));
    }

    @Test
    default void aTenantWithManyBatchesShouldNotKeepAnotherWaiting() {
        for (int n = 1; n <= 30; n++) {
            waiting(ADA, n, "1h");
        }
        waiting(BOB, 31, "24h");

        assertThat(queue().next(2)).extracting(Candidate::id).containsExactly(id(1), id(31));
        assertThat(queue().next(4)).extracting(Candidate::id).containsExactly(id(1), id(31), id(2), id(3));
    }

    @Test
    default void offeringTwiceShouldNameTheBatchOnce() {
        Batch batch = waiting(ADA, 1, "1h");
        queue().offer(batch);

        assertThat(queue().next(10)).extracting(Candidate::id).containsExactly(id(1));
        assertThat(queue().size()).isEqualTo(1);
    }

    @Test
    default void aClaimedBatchShouldNotBeNamed() {
        waiting(ADA, 1, "1h");
        waiting(ADA, 2, "2h");

        assertThat(leases().claim(id(1), "node", Duration.ofMinutes(1))).isPresent();
        queue().remove(id(1));
        queue().remove(id(1));

        assertThat(queue().next(10)).extracting(Candidate::id).containsExactly(id(2));
        assertThat(queue().size()).isEqualTo(1);
    }

    @Test
    default void aBatchThatWasHandedBackShouldBeNamedAgain() {
        waiting(ADA, 1, "1h");
        Batch claimed = leases().claim(id(1), "node", Duration.ofMinutes(1)).orElseThrow();
        queue().remove(id(1));

        leases().release(id(1), claimed.lease().epoch());
        queue().offer(claimed);

        assertThat(queue().next(10)).extracting(Candidate::id).containsExactly(id(1));
    }

    private Batch waiting(TenantId tenant, int n, String window) {
        Batch batch = batch(tenant, id(n), window);
        batches().insert(batch);
        queue().offer(batch);
        return batch;
    }

    private static BatchId id(int n) {
        return SeededIds.batch(n);
    }
}
