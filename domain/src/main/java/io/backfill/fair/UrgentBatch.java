package io.backfill.fair;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * A batch with waiting calls that would miss its window without priority.
 *
 * @param pressing whether nearly all of the model is needed
 */
record UrgentBatch(BatchCalls calls, boolean pressing) {
    /** Consecutive turns of urgent batches while others wait: at least three quarters of the model. */
    private static final int URGENT_TURNS = 3;

    /** The same if three quarters are not enough. */
    private static final int PRESSING_TURNS = 15;

    Instant deadline() {
        return calls.deadline();
    }

    /** Returns how many turns in a row these batches may have while others wait. */
    static int turnsInARow(List<UrgentBatch> urgent) {
        return urgent.stream().anyMatch(UrgentBatch::pressing) ? PRESSING_TURNS : URGENT_TURNS;
    }

    /** Sorts the list by deadline and returns it. */
    static List<UrgentBatch> earliestFirst(List<UrgentBatch> urgent) {
        if (urgent.size() > 1) {
            urgent.sort(Comparator.comparing(UrgentBatch::deadline));
        }
        return urgent;
    }
}
