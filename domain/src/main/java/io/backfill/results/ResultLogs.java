package io.backfill.results;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import java.io.IOException;

/** SPI: opens the log of a partition for a new owner, or again for the same one. */
public interface ResultLogs {
    /**
     * Reads back what earlier owners left: the newest checkpoint, and every whole line beyond it in the segments that were still
     * being written when it was recorded. Then records a checkpoint of {@code epoch} that fixes how many bytes of each older
     * segment count; bytes that an owner without lease adds later lie beyond. Cost: the lines after the last checkpoint, not the
     * whole log. A crash in the middle leaves the log as it was.
     *
     * @throws IOException also when a checkpoint of a later epoch is there: this owner lost its lease
     */
    ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException;

    /**
     * The newest checkpoint that any owner recorded, {@link Checkpoint#NONE} before the first; opens nothing. Lines that are in the
     * log may be missing in it, for about a second.
     */
    Checkpoint newest(BatchId batch, int partition) throws IOException;

    /** The folder of a partition's segments and checkpoints. */
    static String folder(BatchId batch, int partition) {
        return Batch.folder(batch) + "/p" + partition;
    }
}
