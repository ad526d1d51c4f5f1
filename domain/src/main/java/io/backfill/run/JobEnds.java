package io.backfill.run;

import io.backfill.ids.BatchId;

/** Hears that an execution ended. The row says whether the batch did: whoever hears this reads it. */
public interface JobEnds {
    /**
     * @param exitStatus for people: {@code COMPLETED 49998/50000 ok, 2 errors}, {@code Error: …}, {@code STOPPED …}
     */
    void ended(BatchId batch, long epoch, String exitStatus);
}
