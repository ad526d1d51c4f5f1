package io.backfill.run;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.util.Map;
import java.util.Optional;

/**
 * What one batch holds of a node while it is dispatched, or is about to be.
 *
 * @param left lines by model, of models that have some
 * @param threads of the batch runtime
 * @param since nano time when it was seated
 * @param batch empty while the place is only reserved
 */
record Seat(
        BatchId id, TenantId tenant, Map<String, Integer> left, int threads, long since, Optional<RunningBatch> batch) {
    Seat {
        left = Map.copyOf(left);
    }

    /** It starts no call any more, and gives its threads back as its open calls end. */
    boolean leaving() {
        return batch.filter(held -> held.abort().isTripped()).isPresent();
    }

    /** Pods run it: it takes a thread here, and no calls. */
    boolean inPods() {
        return batch.filter(RunningBatch::inPods).isPresent();
    }

    /** No model that it has lines of has a usable replica. */
    boolean isStuck(ModelAvailability capacity) {
        return !inPods() && !left.isEmpty() && left.keySet().stream().noneMatch(capacity::usable);
    }

    /** Whether it uses capacity of the model here. */
    boolean sends(String model) {
        return left.containsKey(model) && !leaving() && !inPods();
    }
}
