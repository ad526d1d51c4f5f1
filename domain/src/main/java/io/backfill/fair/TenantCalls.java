package io.backfill.fair;

import io.backfill.batches.Priority;
import io.backfill.dispatch.ModelRequest;
import io.backfill.ids.BatchId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The calls of one tenant that wait for a model, by batch, and the service that its batches received. */
final class TenantCalls {
    private final ServiceRing.Share<TenantCalls> share;
    private final Map<BatchId, BatchCalls> batches = new LinkedHashMap<>();
    private final ServiceRing<BatchCalls> ring = new ServiceRing<>();
    /** Consecutive turns of batches at risk. */
    private int urgentTurns;

    /** @param tenants ring in which the tenants take turns */
    TenantCalls(ServiceRing<TenantCalls> tenants, int weight) {
        this.share = tenants.join(this, weight);
    }

    ServiceRing.Share<TenantCalls> share() {
        return share;
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    void add(WaitingCall call) {
        ModelRequest request = call.request();
        BatchCalls batch = batches.computeIfAbsent(
                request.batch(),
                id -> new BatchCalls(
                        request.tenant(), ring, request.scheduling().deadline()));
        batch.add(call);
        ring.activate(batch.share());
    }

    boolean remove(WaitingCall call) {
        BatchCalls batch = batches.get(call.request().batch());
        boolean removed = batch != null && batch.remove(call);
        settle();
        return removed;
    }

    /**
     * Admits one call. Batches with a higher priority go first; of those with the same one, batches at risk go first for most
     * turns here as well. Returns the cost of the call, or 0 if none can be admitted.
     */
    long serve(Predicate<WaitingCall> admit, DeadlineWatch deadlines) {
        Set<Priority> waiting = EnumSet.noneOf(Priority.class);
        for (BatchCalls batch : batches.values()) {
            if (!batch.isEmpty()) {
                waiting.add(batch.priority());
            }
        }
        for (Priority priority : waiting) {
            long cost = serve(priority, admit, deadlines);
            if (cost > 0) {
                return cost;
            }
        }
        return 0;
    }

    private long serve(Priority priority, Predicate<WaitingCall> admit, DeadlineWatch deadlines) {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        addUrgent(urgent, deadlines);
        urgent.removeIf(next -> next.calls().priority() != priority);
        if (urgentTurns < UrgentBatch.turnsInARow(urgent)) {
            for (UrgentBatch next : UrgentBatch.earliestFirst(urgent)) {
                long cost = next.calls().serve(admit);
                if (cost > 0) {
                    urgentTurns++;
                    settle();
                    return cost;
                }
            }
        }
        long[] cost = {0};
        ring.serve(batch -> cost[0] = batch.priority() == priority ? batch.serve(admit) : 0);
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
            DeadlineRisk risk = deadlines.of(id);
            if (!batch.isEmpty() && risk.isUrgent()) {
                urgent.add(new UrgentBatch(batch, risk.isPressing()));
            }
        });
    }
}
