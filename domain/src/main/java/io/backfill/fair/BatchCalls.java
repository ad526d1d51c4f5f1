package io.backfill.fair;

import io.backfill.batches.Priority;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The waiting calls of one batch, in a queue per lane: a lane whose replica is full must not hold up the others. */
final class BatchCalls {
    private final TenantId tenant;
    private final ServiceRing.Share<BatchCalls> share;
    private final Instant deadline;
    private final Map<Integer, Deque<WaitingCall>> lanes = new LinkedHashMap<>();

    /** @param batches ring in which the batches of the tenant take turns */
    BatchCalls(TenantId tenant, ServiceRing<BatchCalls> batches, Instant deadline) {
        this.tenant = tenant;
        this.share = batches.join(this, 1);
        this.deadline = deadline;
    }

    TenantId tenant() {
        return tenant;
    }

    ServiceRing.Share<BatchCalls> share() {
        return share;
    }

    Instant deadline() {
        return deadline;
    }

    /** Returns the rank among the batches of the tenant, by the call that arrived first. */
    Priority priority() {
        return lanes.isEmpty()
                ? Priority.NORMAL
                : lanes.values()
                        .iterator()
                        .next()
                        .getFirst()
                        .request()
                        .control()
                        .steering()
                        .priority();
    }

    boolean isEmpty() {
        return lanes.isEmpty();
    }

    void add(WaitingCall call) {
        lanes.computeIfAbsent(lane(call), lane -> new ArrayDeque<>()).add(call);
    }

    boolean remove(WaitingCall call) {
        Deque<WaitingCall> lane = lanes.get(lane(call));
        boolean removed = lane != null && lane.remove(call);
        if (lane != null && lane.isEmpty()) {
            lanes.remove(lane(call));
        }
        return removed;
    }

    /** Removes the first call of a lane that {@code admit} accepts. Returns its cost, or 0 if it accepts none. */
    long serve(Predicate<WaitingCall> admit) {
        Iterator<Map.Entry<Integer, Deque<WaitingCall>>> each = lanes.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, Deque<WaitingCall>> lane = each.next();
            WaitingCall first = lane.getValue().getFirst();
            if (admit.test(first)) {
                lane.getValue().removeFirst();
                each.remove();
                if (!lane.getValue().isEmpty()) {
                    // the next call comes from another lane
                    lanes.put(lane.getKey(), lane.getValue());
                }
                return cost(first);
            }
        }
        return 0;
    }

    static long cost(WaitingCall call) {
        return Math.max(1, call.request().scheduling().cost());
    }

    /** Returns the queue of a call. A retry may go to any replica with room, so it must not wait behind a call that may not. */
    private static int lane(WaitingCall call) {
        return call.request().scheduling().attempt() > 1
                ? -1
                : call.request().scheduling().lane();
    }
}
