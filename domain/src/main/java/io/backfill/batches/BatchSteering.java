package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.util.Map;
import java.util.Optional;

/**
 * SPI: orders about a batch that has not ended, stored as columns of its row. The node that holds the batch reads them with its
 * next renewal of the lease, or when a {@link io.backfill.queue.Wakeup.Order} names the batch. No order changes the version of the
 * row. Transactions, blocking and failures are as for {@link BatchCatalog}; after a crash an order is either recorded or not.
 */
public interface BatchSteering {
    /** Outcome of an order. */
    enum Outcome {
        /** The row now is as ordered, by this call or by an earlier one. */
        DONE,
        /** The batch is in a state to which the order does not apply; nothing was changed. */
        REFUSED
    }

    /**
     * Pauses a batch that is {@code validating} or {@code in_progress}: no node claims it until it is resumed. Idempotent; an
     * earlier pause keeps its time and reason.
     */
    Outcome pause(BatchId id, BatchPause.Reason reason);

    /**
     * Ends a pause that the owner of the batch may end. Idempotent. {@code REFUSED} if the batch has ended, or is paused for
     * another reason.
     */
    Outcome endPause(BatchId id);

    /**
     * Pauses a batch that has used its token budget, if the row still has {@code epoch} and its budget is not larger than
     * {@code tokens}. Idempotent. Returns whether this call paused it.
     */
    boolean pauseSpent(BatchId id, long epoch, long tokens);

    /** Changes how a batch is steered, and replaces its metadata if any is given; both or neither. Idempotent. */
    Outcome steer(BatchId id, SteeringChange change, Optional<Map<String, String>> metadata);
}
