package io.backfill.replicas;

import io.backfill.batches.Usage;
import io.backfill.plan.EntryCost;

/**
 * A call that a replica served, until its usage is known.
 *
 * @param replica that served it
 * @param cost expected cost
 * @param seconds from sending it to the end of its answer
 */
record ServedCall(ReplicaState replica, long cost, double seconds) {
    /** Returns the cost by the tokens that the answer reports, or the expected one if it reports none. */
    double work(Usage usage) {
        return usage.inputTokens() == 0
                ? cost
                : EntryCost.of(Math.max(0, usage.inputTokens() - usage.cachedTokens()), usage.outputTokens());
    }
}
