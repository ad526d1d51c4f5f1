package io.backfill.results;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import java.io.IOException;

/** SPI that opens the log of a partition for a new owner, or again for the same owner. */
public interface ResultLogs {
    /**
     * Reads back the log of earlier owners: the newest checkpoint, and every complete line beyond it in the segments that were
     * still being written when it was recorded. Then records a checkpoint of {@code epoch} that fixes how many bytes of each older
     * segment count. Bytes that an owner without a lease appends later are beyond that length. The cost depends on the lines after
     * the last checkpoint, not on the whole log. A crash during the call leaves the log as it was.
     *
     * @throws IOException also if there is a checkpoint of a later epoch, in which case this owner has lost its lease
     */
    ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException;

    /**
     * Returns the newest checkpoint that any owner recorded, {@link Checkpoint#NONE} before the first. Does not open the log.
     * Lines that were appended within the last second or so may be missing from it.
     */
    Checkpoint newest(BatchId batch, int partition) throws IOException;

    /** Returns the folder of a partition's segments and checkpoints. */
    static String folder(BatchId batch, int partition) {
        return Batch.folder(batch) + "/p" + partition;
    }
}
