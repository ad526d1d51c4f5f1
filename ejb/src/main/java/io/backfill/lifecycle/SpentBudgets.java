package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchSteering;
import io.backfill.batches.Steering;
import io.backfill.ops.LogContext;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;

/**
 * Pauses the rows of batches that have used their token budgets. Their calls have stopped before: this makes it visible and keeps
 * other nodes from claiming them. If a node dies in between, the next owner stops for the same reason before it sends a line.
 */
public final class SpentBudgets {
    private final BatchSteering steering;
    private final RunningBatches running;

    public SpentBudgets(BatchSteering steering, RunningBatches running) {
        this.steering = steering;
        this.running = running;
    }

    /** One pass over all held batches. */
    public void pauseAll() {
        running.all().forEach(this::pauseOnce);
    }

    void pauseOnce(RunningBatch held) {
        long tokens = Steering.tokens(held.totals().usage());
        if (held.isSpent() && steering.pauseSpent(held.id(), held.epoch(), tokens)) {
            try (LogContext _ = LogContext.of(held.batch())) {
                LOG.budgetSpent(held.id().value(), tokens);
            }
        }
    }
}
