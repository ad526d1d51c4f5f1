package io.backfill.run;

import io.backfill.tenants.TenantId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What batches that wait did not get in one look at the queue. For one thread. */
public final class Blocked {
    private final Map<TenantId, Integer> threads = new HashMap<>();
    private final Map<String, Integer> turns = new HashMap<>();
    private final Set<String> models = new HashSet<>();

    /** Notes that a batch waits on. */
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

    /** The most threads that one batch of each tenant waits for. */
    Map<TenantId, Integer> threads() {
        return threads;
    }

    /** Tenants that wait for their turn, by model. */
    Map<String, Integer> turns() {
        return turns;
    }

    /** Models that batches wait for although a replica answers. */
    public Set<String> models() {
        return models;
    }
}
