package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one model. Gives a call its turn, a slot of the cap, a part of the node's capacity and a place at a replica in one
 * decision: what waits holds none of them. Guarded by its monitor, which is never held while waiting.
 */
final class Turnstile {
    /** Turns in a row that urgent batches get while others wait: three quarters of the model at least. */
    private static final int URGENT_TURNS = 3;

    /** The same where three quarters would not do. */
    private static final int PRESSING_TURNS = 15;

    /** Of the model's service, in which each tenant that waits has its turn. */
    private static final double ROUND_SECONDS = 1;

    /** Of the model's service, by its part of which a tenant may be ahead of the others because its batches are urgent. */
    private static final double LEAD_SECONDS = 1.5;

    /** Of a turn, that a tenant may be behind because its calls are large. */
    private static final double MOST_BEHIND = 0.5;

    private final GateContext context;
    private final ModelCapacity capacity;
    private final Map<TenantId, TenantTurn> tenants = new LinkedHashMap<>();
    private final ServedRate rate;
    private final ServiceRing<TenantTurn> ring;
    private int open;
    private int waiting;
    /** As it is configured now. */
    private CurrentModel model;

    private int urgentTurns;
    /** Whose call was admitted last. */
    private Optional<TenantTurn> served = Optional.empty();

    Turnstile(Model model, GateContext context) {
        this.context = context;
        this.model = CurrentModel.first(model);
        this.capacity = new ModelCapacity(context.capacity(), this::look);
        this.rate = new ServedRate(context.nanoTime());
        this.ring = new ServiceRing<>(this::turnCost);
    }

    /** Admits the call at once, or lines it up. */
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

    /** The call is back. */
    synchronized void leave(Waiter waiter, Outcome outcome) {
        open--;
        try {
            waiter.place().release(outcome);
        } finally {
            capacity.closed(waiter, outcome);
            admitAll();
        }
    }

    /** The waiter's thread ends without making the call. */
    synchronized void giveUp(Waiter waiter) {
        if (waiter.isAdmitted()) {
            leave(waiter, new Outcome.Cancelled());
        } else {
            remove(waiter);
        }
    }

    /** Whether the call was admitted; otherwise it is taken off the line. */
    synchronized boolean stays(Waiter waiter) {
        if (!waiter.isAdmitted()) {
            remove(waiter);
        }
        return waiter.isAdmitted();
    }

    /** Admits whoever may go now. False when no call is here, and the gate may be forgotten with what tenants owe. */
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

    /** Whether no call of the tenant may go before others have given bytes back, whatever else the gate does. */
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
        boolean urgent = urgentTurns < turnsInARow(waitingUrgently) && admitUrgent(waitingUrgently);
        boolean admitted = urgent || ring.serve(this::admitOf);
        if (admitted) {
            // a turn that could not be taken is still owed
            urgentTurns = urgent ? urgentTurns + 1 : 0;
            served.ifPresent(this::rest);
        }
        return admitted;
    }

    private @Nullable Waiter reserved() {
        return capacity.reserved(this::isBehind);
    }

    /** A call of another tenant, which is behind, was refused in this very turn. */
    private boolean isHeldBack(Waiter waiter) {
        Waiter first = capacity.isRefusedAnew() ? reserved() : null;
        return first != null
                && !first.request().tenant().equals(waiter.request().tenant());
    }

    private boolean isBehind(TenantId name) {
        TenantTurn tenant = tenants.get(name);
        return tenant != null && ring.lag(tenant.share()) > turnCost() * MOST_BEHIND;
    }

    /** The call that was passed over too often. Nothing else goes before it, unless it is not bytes that it lacks. */
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

    /** The first of a tenant's calls that finds a place; what it costs, or 0 when there is none. */
    private long admitOf(TenantTurn tenant) {
        return tenant.serve(waiter -> tryAdmitWaiting(waiter, tenant), context.deadlines());
    }

    static int turnsInARow(List<UrgentBatch> urgent) {
        return urgent.stream().anyMatch(UrgentBatch::pressing) ? PRESSING_TURNS : URGENT_TURNS;
    }

    /** Earliest deadline first. Of a tenant that is too far ahead there are none: it gets its share, and uses that as it likes. */
    private List<UrgentBatch> urgentBatches() {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        for (TenantTurn tenant : tenants.values()) {
            if (!tenant.isEmpty() && ring.lead(tenant.share()) < leadCost()) {
                tenant.addUrgent(urgent, context.deadlines());
            }
        }
        return earliestFirst(urgent);
    }

    static List<UrgentBatch> earliestFirst(List<UrgentBatch> urgent) {
        if (urgent.size() > 1) {
            urgent.sort(Comparator.comparing(UrgentBatch::deadline));
        }
        return urgent;
    }

    /** A turn for a tenant with batches at risk, which leaves its own others what {@link TenantTurn#serve} leaves them. */
    private boolean admitUrgent(List<UrgentBatch> urgent) {
        Set<TenantTurn> tried = new HashSet<>();
        for (UrgentBatch next : urgent) {
            TenantTurn tenant = next.turn().tenant();
            // all of its batches at once
            long cost = tried.add(tenant) ? admitOf(tenant) : 0;
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

    /** Per unit of weight; fixed while it is not known how fast the model is. */
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
            // turns were much longer until now than they are from now on
            ring.level();
        }
        waiter.admit(place.get());
        return true;
    }
}
