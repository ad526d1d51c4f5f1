package io.backfill.fair;

import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The waiting calls of one batch, in a queue per lane: a lane whose replica is full must not hold up the others. */
final class BatchTurn {
    private final TenantId tenant;
    private final ServiceRing.Share<BatchTurn> share;
    private final Instant deadline;
    private final Map<Integer, Deque<Waiter>> lanes = new LinkedHashMap<>();

    /** @param batches ring in which the batches of the tenant take turns */
    BatchTurn(TenantId tenant, ServiceRing<BatchTurn> batches, Instant deadline) {
        this.tenant = tenant;
        this.share = batches.join(this, 1);
        this.deadline = deadline;
    }

    TenantId tenant() {
        return tenant;
    }

    ServiceRing.Share<BatchTurn> share() {
        return share;
    }

    Instant deadline() {
        return deadline;
    }

    boolean isEmpty() {
        return lanes.isEmpty();
    }

    void add(Waiter waiter) {
        lanes.computeIfAbsent(lane(waiter), lane -> new ArrayDeque<>()).add(waiter);
    }

    boolean remove(Waiter waiter) {
        Deque<Waiter> lane = lanes.get(lane(waiter));
        boolean removed = lane != null && lane.remove(waiter);
        if (lane != null && lane.isEmpty()) {
            lanes.remove(lane(waiter));
        }
        return removed;
    }

    /** Removes the first call of a lane that {@code admit} accepts. Returns its cost, or 0 if it accepts none. */
    long serve(Predicate<Waiter> admit) {
        Iterator<Map.Entry<Integer, Deque<Waiter>>> each = lanes.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, Deque<Waiter>> lane = each.next();
            Waiter first = lane.getValue().getFirst();
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

    static long cost(Waiter waiter) {
        return Math.max(1, waiter.request().turn().cost());
    }

    /** Returns the queue of a call. A retry may go to any replica with room, so it must not wait behind a call that may not. */
    private static int lane(Waiter waiter) {
        return waiter.request().turn().attempt() > 1
                ? -1
                : waiter.request().turn().lane();
    }
}
