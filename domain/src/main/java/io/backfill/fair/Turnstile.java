package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one model. Gives a call its turn, a slot of the cap, part of the node's capacity and a place at a replica in one
 * decision, so that a waiting call holds none of them. Guarded by its monitor, which is never held while waiting.
 */
final class Turnstile {
    /** Seconds of the model's service in which each waiting tenant has its turn. */
    private static final double ROUND_SECONDS = 1;

    /** Seconds of the model's service; a tenant may be ahead by its share of them because its batches are urgent. */
    private static final double LEAD_SECONDS = 1.5;

    /** Part of a turn that a tenant may be behind because its calls are large. */
    private static final double MOST_BEHIND = 0.5;

    private final GateContext context;
    private final ModelCapacity capacity;
    private final Map<TenantId, TenantTurn> tenants = new LinkedHashMap<>();
    private final ServedRate rate;
    private final ServiceRing<TenantTurn> ring;
    private int open;
    private int waiting;
    /** The current configuration. */
    private CurrentModel model;

    private int urgentTurns;
    /** Tenant of the call that was admitted last. */
    private Optional<TenantTurn> served = Optional.empty();

    Turnstile(Model model, GateContext context) {
        this.context = context;
        this.model = CurrentModel.first(model);
        this.capacity = new ModelCapacity(context.capacity(), this::look);
        this.rate = new ServedRate(context.nanoTime());
        this.ring = new ServiceRing<>(this::turnCost);
    }

    /** Admits the call at once or queues it. */
    synchronized void enter(Waiter waiter) {
        ModelRequest request = waiter.request();
        model = model.now(context.current().apply(request.model()));
        TenantTurn tenant = tenants.computeIfAbsent(
                request.tenant(), name -> new TenantTurn(ring, context.shares().of(name)));
        if (waiting == 0 && open < context.caps().slots(model.model())) {
            capacity.beginPass();
            if (tryAdmit(waiter, tenant)) {
                return;
            }
        }
        tenant.add(waiter);
        ring.activate(tenant.share());
        waiting++;
        admitAll();
    }

    /** Ends a call that was admitted, and admits others. */
    synchronized void leave(Waiter waiter, Outcome outcome) {
        open--;
        try {
            waiter.place().release(outcome);
        } finally {
            capacity.closed(waiter, outcome);
            admitAll();
        }
    }

    /** Withdraws a call whose thread ends without making it, whether it was admitted or not. */
    synchronized void giveUp(Waiter waiter) {
        if (waiter.isAdmitted()) {
            leave(waiter, new Outcome.Cancelled());
        } else {
            remove(waiter);
        }
    }

    /** Returns whether the call was admitted. If not, removes it from the queue. */
    synchronized boolean stays(Waiter waiter) {
        if (!waiter.isAdmitted()) {
            remove(waiter);
        }
        return waiter.isAdmitted();
    }

    /**
     * Admits all calls that may go now. Returns false if there are no calls, so that the gate may be removed with the service
     * counts of its tenants.
     */
    synchronized boolean look() {
        admitAll();
        return open > 0 || waiting > 0 || !capacity.isIdle();
    }

    synchronized int open() {
        return open;
    }

    synchronized int waiting() {
        return waiting;
    }

    /**
     * Returns whether no waiting call of the tenant can be admitted before other models return bytes, whatever else the gate does.
     */
    synchronized boolean isShort(TenantId name) {
        TenantTurn tenant = tenants.get(name);
        boolean[] able = {false};
        if (tenant != null) {
            tenant.serve(
                    waiter -> {
                        able[0] |= !capacity.isShort(waiter);
                        return false;
                    },
                    context.deadlines());
        }
        return !able[0];
    }

    private void remove(Waiter waiter) {
        capacity.removed(waiter);
        TenantTurn tenant = tenants.get(waiter.request().tenant());
        if (tenant != null && tenant.remove(waiter)) {
            waiting--;
            rest(tenant);
            admitAll();
        }
    }

    private void rest(TenantTurn tenant) {
        if (tenant.isEmpty()) {
            ring.rest(tenant.share());
        }
    }

    private void admitAll() {
        model = model.now(context.current().apply(model.model()));
        capacity.beginPass();
        boolean more = true;
        while (more
                && waiting > 0
                && capacity.hasRoom()
                && open < context.caps().slots(model.model())) {
            more = admitOne();
        }
        capacity.endPass();
    }

    private boolean admitOne() {
        Waiter reserved = reserved();
        if (reserved != null) {
            return admitReserved(reserved);
        }
        List<UrgentBatch> waitingUrgently = urgentBatches();
        boolean urgent = urgentTurns < UrgentBatch.turnsInARow(waitingUrgently) && admitUrgent(waitingUrgently);
        boolean admitted = urgent || ring.serve(this::admitOf);
        if (admitted) {
            // the others are still owed a turn that they could not take
            urgentTurns = urgent ? urgentTurns + 1 : 0;
            served.ifPresent(this::rest);
        }
        return admitted;
    }

    private @Nullable Waiter reserved() {
        return capacity.reserved(this::isBehind);
    }

    /** Returns whether the call must wait because a call of another tenant that is behind was refused in this turn. */
    private boolean isHeldBack(Waiter waiter) {
        Waiter first = capacity.isRefusedAnew() ? reserved() : null;
        return first != null
                && !first.request().tenant().equals(waiter.request().tenant());
    }

    private boolean isBehind(TenantId name) {
        TenantTurn tenant = tenants.get(name);
        return tenant != null && ring.lag(tenant.share()) > turnCost() * MOST_BEHIND;
    }

    /** Tries the call that others are held back for. No other call goes before it, unless it lacks something other than bytes. */
    private boolean admitReserved(Waiter waiter) {
        TenantTurn tenant = tenants.get(waiter.request().tenant());
        if (tenant == null) {
            capacity.removed(waiter);
            return true;
        }
        if (tryAdmit(waiter, tenant)) {
            waiting--;
            tenant.remove(waiter);
            ring.charge(tenant.share(), BatchTurn.cost(waiter));
            rest(tenant);
            return true;
        }
        return reserved() != waiter && capacity.hasRoom();
    }

    /** Admits the first of a tenant's calls that finds a place. Returns its cost, or 0 if there is none. */
    private long admitOf(TenantTurn tenant) {
        return tenant.serve(waiter -> tryAdmitWaiting(waiter, tenant), context.deadlines());
    }

    /**
     * Returns the urgent batches, earliest deadline first. A tenant that is too far ahead has none: it gets its share, which it may
     * still use for urgent batches.
     */
    private List<UrgentBatch> urgentBatches() {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        for (TenantTurn tenant : tenants.values()) {
            if (!tenant.isEmpty() && ring.lead(tenant.share()) < leadCost()) {
                tenant.addUrgent(urgent, context.deadlines());
            }
        }
        return UrgentBatch.earliestFirst(urgent);
    }

    /** Gives a turn to a tenant with batches at risk. Its other batches get the turns that {@link TenantTurn#serve} leaves them. */
    private boolean admitUrgent(List<UrgentBatch> urgent) {
        Set<TenantTurn> tried = new HashSet<>();
        for (UrgentBatch next : urgent) {
            TenantTurn tenant = tenants.get(next.turn().tenant());
            if (tenant == null || !tried.add(tenant)) {
                // one attempt covers all batches of the tenant
                continue;
            }
            long cost = admitOf(tenant);
            if (cost > 0) {
                ring.charge(tenant.share(), cost);
                return true;
            }
        }
        return false;
    }

    private double turnCost() {
        return Math.min(ServiceRing.CHUNK, ofRound(ROUND_SECONDS));
    }

    private double leadCost() {
        return ofRound(LEAD_SECONDS);
    }

    /** Returns the cost per unit of weight that the model serves in that time; fixed while the model's rate is unknown. */
    private double ofRound(double seconds) {
        return rate.isKnown() ? rate.in(seconds) / Math.max(1, ring.weight()) : ServiceRing.CHUNK;
    }

    private boolean tryAdmitWaiting(Waiter waiter, TenantTurn tenant) {
        boolean admitted = !isHeldBack(waiter) && tryAdmit(waiter, tenant);
        if (admitted) {
            waiting--;
            served = Optional.of(tenant);
        }
        return admitted;
    }

    private boolean tryAdmit(Waiter waiter, TenantTurn tenant) {
        if (!capacity.tryTake(waiter)) {
            return false;
        }
        Optional<Places.Place> place = Optional.empty();
        try {
            place = context.places().tryTake(model.of(waiter.request()));
        } finally {
            if (place.isEmpty()) {
                capacity.undo(waiter);
            }
        }
        if (place.isEmpty()) {
            return false;
        }
        open++;
        capacity.admitted(waiter);
        if (rate.served(BatchTurn.cost(waiter))) {
            // turns are much shorter from now on
            ring.level();
        }
        waiter.admit(place.get());
        return true;
    }
}
