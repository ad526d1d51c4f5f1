package io.backfill.run;

import io.backfill.batches.Priority;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.Map;
import java.util.Optional;

/**
 * The resources of a node that one batch holds while it is dispatched, or for which it has a reservation.
 *
 * @param left remaining lines by model; models without remaining lines are omitted
 * @param threads of the batch runtime
 * @param since nano time at which the place was assigned or reserved
 * @param batch empty while the place is only reserved
 */
record DispatchPlace(
        BatchId id,
        TenantId tenant,
        Priority priority,
        Map<String, Integer> left,
        int threads,
        long since,
        Optional<RunningBatch> batch) {
    DispatchPlace {
        left = Map.copyOf(left);
    }

    /** Whether the batch starts no more calls and releases its threads when its open calls end. */
    boolean leaving() {
        return batch.filter(held -> held.abort().isTripped()).isPresent();
    }

    /** Whether pods run the batch, in which case it holds one thread on this node and makes no calls. */
    boolean inPods() {
        return batch.filter(RunningBatch::inPods).isPresent();
    }

    /** Whether none of the models of its remaining lines has a usable replica. */
    boolean isStuck(ModelAvailability capacity) {
        return !inPods() && !left.isEmpty() && left.keySet().stream().noneMatch(capacity::usable);
    }

    /** Whether the batch uses capacity of the model on this node. */
    boolean sends(String model) {
        return left.containsKey(model) && !leaving() && !inPods();
    }
}
