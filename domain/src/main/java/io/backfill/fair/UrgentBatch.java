package io.backfill.fair;

import java.time.Instant;

/**
 * A batch with waiting calls that would miss its window without priority.
 *
 * @param pressing whether nearly all of the model is needed
 */
record UrgentBatch(BatchTurn turn, boolean pressing) {
    Instant deadline() {
        return turn.deadline();
    }
}
