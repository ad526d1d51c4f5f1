package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * SPI: who works on which batch; columns of the batch's row, judged by the database's clock. Transactions, blocking and
 * failures as for {@link BatchCatalog}.
 */
public interface BatchLeases {
    /**
     * Takes the lease of a batch that is not terminal and whose lease nobody holds. Atomic: of many claimers at most one wins.
     *
     * @return the batch with its new lease, epoch one higher than ever before; empty when it was not to be had
     */
    Optional<Batch> claim(BatchId id, String owner, Duration length);

    /**
     * Extends the lease if the row still has {@code epoch}; also when it had run out meanwhile, for the epoch says that nobody
     * else took it. The row of a batch that has ended stays as it is.
     *
     * @return false: the lease is lost for good
     */
    boolean renew(BatchId id, long epoch, Duration length);

    /**
     * What became of leases that were to be renewed. A row that another transaction keeps locked is in none of the sets: nothing
     * is known of it before the next call.
     *
     * @param lost for good
     * @param cancelling of the renewed ones, those that are to be cancelled
     */
    record Renewal(Set<BatchId> renewed, Set<BatchId> lost, Set<BatchId> cancelling) {
        public Renewal {
            renewed = Set.copyOf(renewed);
            lost = Set.copyOf(lost);
            cancelling = Set.copyOf(cancelling);
        }
    }

    /** As {@link #renew}, for many leases at once: their number costs next to nothing, and no row is waited for. */
    Renewal renewAll(Map<BatchId, Long> epochs, Duration length);

    /**
     * Hands the lease back if the row still has {@code epoch}, and puts the batch into the queue: both or neither. Idempotent.
     *
     * @return how long the batch is left alone, zero when it may be claimed at once; empty when it was not handed back by this call
     */
    Optional<Duration> release(BatchId id, long epoch, Handback how);

    /** As {@link #release(BatchId, long, Handback)}, of a batch of which nothing is known. Returns whether this call handed it back. */
    default boolean release(BatchId id, long epoch) {
        return release(id, epoch, Handback.UNKNOWN).isPresent();
    }

    /** Batches that can be claimed now, earliest deadline first. */
    List<Batch> claimable(int limit);

    /** How many batches can be claimed now. */
    long claimableCount();

    /** The earliest deadline of all batches that are not terminal. */
    Optional<Instant> earliestDeadline();

    /** Voids every lease whose owner begins with {@code prefix}. For the one node of profile {@code local}: its earlier boots are dead. */
    int releaseAllOf(String prefix);
}
