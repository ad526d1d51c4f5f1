package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.ids.BatchId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The calls of one tenant that wait for a model, by batch, and the service that its batches received. */
final class TenantTurn {
    private final ServiceRing.Share<TenantTurn> share;
    private final Map<BatchId, BatchTurn> batches = new LinkedHashMap<>();
    private final ServiceRing<BatchTurn> ring = new ServiceRing<>();
    /** Consecutive turns of batches at risk. */
    private int urgentTurns;

    /** @param tenants ring in which the tenants take turns */
    TenantTurn(ServiceRing<TenantTurn> tenants, int weight) {
        this.share = tenants.join(this, weight);
    }

    ServiceRing.Share<TenantTurn> share() {
        return share;
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    void add(Waiter waiter) {
        ModelRequest request = waiter.request();
        BatchTurn batch = batches.computeIfAbsent(
                request.batch(),
                id -> new BatchTurn(request.tenant(), ring, request.turn().deadline()));
        batch.add(waiter);
        ring.activate(batch.share());
    }

    boolean remove(Waiter waiter) {
        BatchTurn batch = batches.get(waiter.request().batch());
        boolean removed = batch != null && batch.remove(waiter);
        settle();
        return removed;
    }

    /**
     * Admits one call. Batches at risk go first for most turns here as well. Returns the cost of the call, or 0 if none can be
     * admitted.
     */
    long serve(Predicate<Waiter> admit, DeadlineWatch deadlines) {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        addUrgent(urgent, deadlines);
        if (urgentTurns < UrgentBatch.turnsInARow(urgent)) {
            for (UrgentBatch next : UrgentBatch.earliestFirst(urgent)) {
                long cost = next.turn().serve(admit);
                if (cost > 0) {
                    urgentTurns++;
                    settle();
                    return cost;
                }
            }
        }
        long[] cost = {0};
        ring.serve(batch -> cost[0] = batch.serve(admit));
        if (cost[0] > 0) {
            urgentTurns = 0;
            settle();
        }
        return cost[0];
    }

    /**
     * Deactivates batches without waiting calls, and removes them once a new batch would be treated the same. A batch that has
     * every place, or only one call, has none waiting each time it was served; if it were removed then, it would return as a new
     * batch.
     */
    private void settle() {
        batches.values().removeIf(batch -> {
            if (batch.isEmpty()) {
                ring.rest(batch.share());
            }
            return batch.isEmpty() && ring.isLikeNew(batch.share());
        });
    }

    void addUrgent(List<UrgentBatch> urgent, DeadlineWatch deadlines) {
        batches.forEach((id, batch) -> {
            Assessment assessment = deadlines.of(id);
            if (!batch.isEmpty() && assessment.isUrgent()) {
                urgent.add(new UrgentBatch(batch, assessment.isPressing()));
            }
        });
    }
}
