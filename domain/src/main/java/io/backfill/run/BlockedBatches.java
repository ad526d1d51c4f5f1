package io.backfill.run;

import io.backfill.tenants.TenantId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Collects what waiting batches lack in one pass over the queue. Not thread-safe. */
public final class BlockedBatches {
    private final Map<TenantId, Integer> threads = new HashMap<>();
    private final Map<String, Integer> turns = new HashMap<>();
    private final Set<String> models = new HashSet<>();

    /** Records that a batch continues to wait. */
    public void add(String model, TenantId tenant, int wantedThreads, DispatchPlaces.Verdict why) {
        switch (why) {
            case THREADS -> {
                threads.merge(tenant, wantedThreads, Math::max);
                models.add(model);
            }
            case TURN -> {
                turns.merge(model, 1, Integer::sum);
                models.add(model);
            }
            case LINES -> models.add(model);
            case REPLICA, PACE, PLACE -> {}
        }
    }

    /** Returns, for each tenant, the largest number of threads that one of its batches waits for. */
    Map<TenantId, Integer> threads() {
        return threads;
    }

    /** Returns the number of tenants that wait for their turn, by model. */
    Map<String, Integer> turns() {
        return turns;
    }

    /** Returns the models that batches wait for although a replica responds. */
    public Set<String> models() {
        return models;
    }
}
