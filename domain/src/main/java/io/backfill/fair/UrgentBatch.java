package io.backfill.fair;

import java.time.Instant;

/**
 * A batch with waiting calls that would miss its window in turn with the others.
 *
 * @param pressing nearly all of the model is needed
 */
record UrgentBatch(BatchTurn turn, boolean pressing) {
    Instant deadline() {
        return turn.deadline();
    }
}
