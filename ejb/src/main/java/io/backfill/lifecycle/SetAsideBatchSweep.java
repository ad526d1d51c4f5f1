package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSupervision;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchQueue;
import java.util.List;

/** Sets aside batches with which too many nodes died: no node claims them until an operator resumes them. */
public final class SetAsideBatchSweep {
    private static final int AT_ONCE = 100;

    private final BatchSupervision supervision;
    private final BatchQueue queue;

    public SetAsideBatchSweep(BatchSupervision supervision, BatchQueue queue) {
        this.supervision = supervision;
        this.queue = queue;
    }

    /** One pass; returns the number of batches set aside. Each batch is set aside by one node only. */
    public int sweepOnce() {
        List<Batch> aside = supervision.setAside(AT_ONCE);
        for (Batch batch : aside) {
            try (LogContext _ = LogContext.of(batch)) {
                queue.remove(batch.id());
                LOG.setAside(
                        batch.id().value(),
                        batch.supervision().startsWithoutEnd(),
                        batch.id().value());
            }
        }
        return aside.size();
    }
}
