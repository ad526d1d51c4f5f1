package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * SPI: leases of batches, stored as columns of the batch's row and judged by the database's clock. Transactions, blocking and
 * failures are as for {@link BatchCatalog}.
 */
public interface BatchLeases {
    /**
     * Takes the lease of a batch that is not terminal and has no lease holder. Atomic: of several claimers at most one succeeds.
     *
     * @return the batch with its new lease, whose epoch is one higher than the last; empty if the lease could not be taken
     */
    Optional<Batch> claim(BatchId id, String owner, Duration length);

    /**
     * Extends the lease if the row still has {@code epoch}. This also works after the lease has expired, because an unchanged epoch
     * means that no other owner took it. The row of a batch that has ended stays as it is.
     *
     * @return false if the lease is permanently lost
     */
    boolean renew(BatchId id, long epoch, Duration length);

    /**
     * Result of renewing several leases. A row that another transaction keeps locked is in none of the sets; its state is unknown
     * until the next call.
     *
     * @param renewed leases that were renewed
     * @param lost leases that are permanently lost
     * @param cancelling those renewed leases whose batches are to be cancelled
     * @param paused those renewed leases whose batches are paused and have lines left to send
     * @param steering how the owners of the batches of the renewed leases steer them
     */
    record Renewal(
            Set<BatchId> renewed,
            Set<BatchId> lost,
            Set<BatchId> cancelling,
            Set<BatchId> paused,
            Map<BatchId, Steering> steering) {
        public Renewal {
            renewed = Set.copyOf(renewed);
            lost = Set.copyOf(lost);
            cancelling = Set.copyOf(cancelling);
            paused = Set.copyOf(paused);
            steering = Map.copyOf(steering);
        }
    }

    /** Like {@link #renew}, for many leases at once. Their number costs next to nothing. Does not wait for locked rows. */
    Renewal renewAll(Map<BatchId, Long> epochs, Duration length);

    /**
     * Releases the lease if the row still has {@code epoch}, and queues the batch: both or neither. Idempotent.
     *
     * @return how long the batch is not claimed, zero if it can be claimed at once; empty if this call did not release the lease
     */
    Optional<Duration> release(BatchId id, long epoch, Handback how);

    /**
     * Like {@link #release(BatchId, long, Handback)}, for a batch of which nothing is known. Returns whether this call released the
     * lease.
     */
    default boolean release(BatchId id, long epoch) {
        return release(id, epoch, Handback.UNKNOWN).isPresent();
    }

    /** Returns batches that can be claimed now, earliest deadline first. */
    List<Batch> claimable(int limit);

    /** Returns the number of batches that can be claimed now. */
    long claimableCount();

    /** Returns the earliest deadline of all batches that are not terminal. */
    Optional<Instant> earliestDeadline();

    /**
     * Releases all leases whose owner begins with {@code prefix}. For the only node of profile {@code local}, whose earlier boots
     * are dead.
     */
    int releaseAllOf(String prefix);
}
