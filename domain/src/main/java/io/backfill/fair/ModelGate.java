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
final class ModelGate {
    /** Seconds of the model's service in which each waiting tenant has its turn. */
    private static final double ROUND_SECONDS = 1;

    /** Seconds of the model's service; a tenant may be ahead by its share of them because its batches are urgent. */
    private static final double LEAD_SECONDS = 1.5;

    /** Part of a turn that a tenant may be behind because its calls are large. */
    private static final double MOST_BEHIND = 0.5;

    private final GateContext context;
    private final ModelCapacity capacity;
    private final Map<TenantId, TenantCalls> tenants = new LinkedHashMap<>();
    private final ServedRate rate;
    private final ServiceRing<TenantCalls> ring;
    private int open;
    private int waiting;
    /** The current configuration. */
    private CurrentModel model;

    private int urgentTurns;
    /** Tenant of the call that was admitted last. */
    private Optional<TenantCalls> served = Optional.empty();

    ModelGate(Model model, GateContext context) {
        this.context = context;
        this.model = CurrentModel.first(model);
        this.capacity = new ModelCapacity(context.capacity(), this::look);
        this.rate = new ServedRate(context.nanoTime());
        this.ring = new ServiceRing<>(this::turnCost);
    }

    /** Admits the call at once or queues it. */
    synchronized void enter(WaitingCall call) {
        ModelRequest request = call.request();
        model = model.now(context.current().apply(request.model()));
        TenantCalls tenant = tenants.computeIfAbsent(
                request.tenant(), name -> new TenantCalls(ring, context.shares().of(name)));
        if (waiting == 0 && open < context.caps().slots(model.model())) {
            capacity.beginPass();
            if (tryAdmit(call, tenant)) {
                return;
            }
        }
        tenant.add(call);
        ring.activate(tenant.share());
        waiting++;
        admitAll();
    }

    /** Ends a call that was admitted, and admits others. */
    synchronized void leave(WaitingCall call, Outcome outcome) {
        open--;
        try {
            call.place().release(outcome);
        } finally {
            capacity.closed(call, outcome);
            admitAll();
        }
    }

    /** Withdraws a call whose thread ends without making it, whether it was admitted or not. */
    synchronized void giveUp(WaitingCall call) {
        if (call.isAdmitted()) {
            leave(call, new Outcome.Cancelled());
        } else {
            remove(call);
        }
    }

    /** Returns whether the call was admitted. If not, removes it from the queue. */
    synchronized boolean stays(WaitingCall call) {
        if (!call.isAdmitted()) {
            remove(call);
        }
        return call.isAdmitted();
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
        TenantCalls tenant = tenants.get(name);
        boolean[] able = {false};
        if (tenant != null) {
            tenant.serve(
                    call -> {
                        able[0] |= !capacity.isShort(call);
                        return false;
                    },
                    context.deadlines());
        }
        return !able[0];
    }

    private void remove(WaitingCall call) {
        capacity.removed(call);
        TenantCalls tenant = tenants.get(call.request().tenant());
        if (tenant != null && tenant.remove(call)) {
            waiting--;
            rest(tenant);
            admitAll();
        }
    }

    private void rest(TenantCalls tenant) {
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
        WaitingCall reserved = reserved();
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

    private @Nullable WaitingCall reserved() {
        return capacity.reserved(this::isBehind);
    }

    /** Returns whether the call must wait because a call of another tenant that is behind was refused in this turn. */
    private boolean isHeldBack(WaitingCall call) {
        WaitingCall first = capacity.isRefusedAnew() ? reserved() : null;
        return first != null && !first.request().tenant().equals(call.request().tenant());
    }

    private boolean isBehind(TenantId name) {
        TenantCalls tenant = tenants.get(name);
        return tenant != null && ring.lag(tenant.share()) > turnCost() * MOST_BEHIND;
    }

    /** Tries the call that others are held back for. No other call goes before it, unless it lacks something other than bytes. */
    private boolean admitReserved(WaitingCall call) {
        TenantCalls tenant = tenants.get(call.request().tenant());
        if (tenant == null) {
            capacity.removed(call);
            return true;
        }
        if (tryAdmit(call, tenant)) {
            waiting--;
            tenant.remove(call);
            ring.charge(tenant.share(), BatchCalls.cost(call));
            rest(tenant);
            return true;
        }
        return reserved() != call && capacity.hasRoom();
    }

    /** Admits the first of a tenant's calls that finds a place. Returns its cost, or 0 if there is none. */
    private long admitOf(TenantCalls tenant) {
        return tenant.serve(call -> tryAdmitWaiting(call, tenant), context.deadlines());
    }

    /**
     * Returns the urgent batches, earliest deadline first. A tenant that is too far ahead has none: it gets its share, which it may
     * still use for urgent batches.
     */
    private List<UrgentBatch> urgentBatches() {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        for (TenantCalls tenant : tenants.values()) {
            if (!tenant.isEmpty() && ring.lead(tenant.share()) < leadCost()) {
                tenant.addUrgent(urgent, context.deadlines());
            }
        }
        return UrgentBatch.earliestFirst(urgent);
    }

    /** Gives a turn to a tenant with batches at risk. Its other batches get the turns that {@link TenantCalls#serve} leaves them. */
    private boolean admitUrgent(List<UrgentBatch> urgent) {
        Set<TenantCalls> tried = new HashSet<>();
        for (UrgentBatch next : urgent) {
            TenantCalls tenant = tenants.get(next.calls().tenant());
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

    private boolean tryAdmitWaiting(WaitingCall call, TenantCalls tenant) {
        boolean admitted = !isHeldBack(call) && tryAdmit(call, tenant);
        if (admitted) {
            waiting--;
            served = Optional.of(tenant);
        }
        return admitted;
    }

    private boolean tryAdmit(WaitingCall call, TenantCalls tenant) {
        if (!capacity.tryTake(call)) {
            return false;
        }
        Optional<Places.Place> place = Optional.empty();
        try {
            place = context.places().tryTake(model.of(call.request()));
        } finally {
            if (place.isEmpty()) {
                capacity.undo(call);
            }
        }
        if (place.isEmpty()) {
            return false;
        }
        open++;
        capacity.admitted(call);
        if (rate.served(BatchCalls.cost(call))) {
            // turns are much shorter from now on
            ring.level();
        }
        call.admit(place.get());
        return true;
    }
}
