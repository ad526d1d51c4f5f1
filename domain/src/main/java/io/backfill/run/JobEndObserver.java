package io.backfill.run;

import io.backfill.ids.BatchId;

/** Receives the ends of executions. Whether the batch has ended as well is recorded in its row, which the receiver must read. */
public interface JobEndObserver {
    /**
     * @param exitStatus for operators, without the batch at its beginning: {@code COMPLETED 49998/50000 ok, 2 errors},
     *     {@code Error: …}, {@code STOPPED …}
     */
    void ended(BatchId batch, long epoch, String exitStatus);
}
