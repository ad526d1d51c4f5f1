package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.WaitingBatches;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchQueue;
import java.time.InstantSource;
import java.util.List;

/**
 * Ends batches that have no lease holder and of which no line was sent: those cancelled while they waited, and those past
 * their window. They need no job and hence do not wait for threads. A batch that has been claimed since it was read has
 * another epoch and is skipped.
 */
public final class ExpirySweep {
    private static final int AT_ONCE = 100;

    private final BatchCatalog catalog;
    private final WaitingBatches waiting;
    private final BatchQueue queue;
    private final InstantSource time;

    public ExpirySweep(BatchCatalog catalog, WaitingBatches waiting, BatchQueue queue, InstantSource time) {
        this.catalog = catalog;
        this.waiting = waiting;
        this.queue = queue;
        this.time = time;
    }

    /** One pass; returns the number of batches ended. */
    public int sweepOnce() {
        int ended = 0;
        for (Batch batch : waiting.endable(time.instant(), AT_ONCE)) {
            if (end(batch)) {
                ended++;
            }
        }
        return ended;
    }

    private boolean end(Batch batch) {
        try (LogContext _ = LogContext.of(batch)) {
            Batch ended = BatchTransitions.apply(batch, new BatchEvent.EndedUnplanned(), time.instant());
            if (!catalog.replace(batch, ended, List.of())) {
                return false;
            }
            queue.remove(batch.id());
            LOG.endedUnplanned(batch.id().value(), ended.status().wireName());
            return true;
        }
    }
}
