package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The gate of one model. Guarded by its monitor, which is never held while waiting. */
final class Turnstile {
    /** Turns in a row that urgent batches get while others wait: three quarters of the model at least. */
    private static final int URGENT_TURNS = 3;

    /** The same where three quarters would not do. */
    private static final int PRESSING_TURNS = 15;

    private final Places places;
    private final DeadlineWatch deadlines;
    private final TenantShares shares;
    private final CapShares caps;
    private final LongSupplier nanoTime;
    private final Map<TenantId, TenantTurn> tenants = new LinkedHashMap<>();
    private final ServiceRing<TenantTurn> ring = new ServiceRing<>();
    private int open;
    private int waiting;
    /** As the newest call has it. */
    private Model model;

    private int urgentTurns;
    /** Whose call was admitted last. */
    private Optional<TenantTurn> served = Optional.empty();

    Turnstile(
            Model model,
            Places places,
            DeadlineWatch deadlines,
            TenantShares shares,
            CapShares caps,
            LongSupplier nanoTime) {
        this.model = model;
        this.caps = caps;
        this.places = places;
        this.deadlines = deadlines;
        this.shares = shares;
        this.nanoTime = nanoTime;
    }

    /** Admits the call at once, or lines it up. */
    synchronized void enter(Waiter waiter) {
        ModelRequest request = waiter.request();
        model = request.model();
        TenantTurn tenant = tenants.computeIfAbsent(request.tenant(), name -> new TenantTurn(ring, shares.of(name)));
        if (open < caps.slots(model) && waiting == 0) {
            Optional<Places.Place> place = places.tryTake(request);
            if (place.isPresent()) {
                admit(waiter, place.get(), tenant);
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
        waiter.place().release(outcome);
        admitAll();
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

    /** Admits whoever may go now. False when nobody is here, and the gate may be forgotten with what tenants owe. */
    synchronized boolean look() {
        admitAll();
        return open > 0 || waiting > 0;
    }

    synchronized int open() {
        return open;
    }

    synchronized int waiting() {
        return waiting;
    }

    private void remove(Waiter waiter) {
        TenantTurn tenant = tenants.get(waiter.request().tenant());
        if (tenant != null && tenant.remove(waiter)) {
            waiting--;
            rest(tenant);
        }
    }

    private void rest(TenantTurn tenant) {
        if (tenant.isEmpty()) {
            ring.rest(tenant.share());
        }
    }

    private void admitAll() {
        boolean more = true;
        while (more && waiting > 0 && open < caps.slots(model)) {
            more = admitOne();
        }
    }

    private boolean admitOne() {
        List<UrgentBatch> waitingUrgently = urgentBatches();
        boolean urgent = urgentTurns < turnsInARow(waitingUrgently) && admitUrgent(waitingUrgently);
        boolean admitted = urgent || ring.serve(this::admitOf) || admitUrgent(waitingUrgently);
        if (admitted) {
            // a turn that nobody could take is still owed
            urgentTurns = urgent ? urgentTurns + 1 : 0;
            served.ifPresent(this::rest);
        }
        return admitted;
    }

    /** The first of a tenant's calls that finds a place; what it costs, or 0 when there is none. */
    private long admitOf(TenantTurn tenant) {
        return tenant.serve(waiter -> tryAdmit(waiter, tenant));
    }

    private static int turnsInARow(List<UrgentBatch> urgent) {
        return urgent.stream().anyMatch(UrgentBatch::pressing) ? PRESSING_TURNS : URGENT_TURNS;
    }

    /** Earliest deadline first. */
    private List<UrgentBatch> urgentBatches() {
        List<UrgentBatch> urgent = new ArrayList<>(0);
        for (TenantTurn tenant : tenants.values()) {
            if (!tenant.isEmpty()) {
                tenant.addUrgent(urgent, deadlines);
            }
        }
        if (urgent.size() > 1) {
            urgent.sort(Comparator.comparing(UrgentBatch::deadline));
        }
        return urgent;
    }

    private boolean admitUrgent(List<UrgentBatch> urgent) {
        for (UrgentBatch next : urgent) {
            BatchTurn batch = next.turn();
            TenantTurn tenant = batch.tenant();
            if (!batch.isEmpty() && tenant.serve(batch, waiter -> tryAdmit(waiter, tenant))) {
                return true;
            }
        }
        return false;
    }

    private boolean tryAdmit(Waiter waiter, TenantTurn tenant) {
        Optional<Places.Place> place = places.tryTake(waiter.request());
        if (place.isEmpty()) {
            return false;
        }
        waiting--;
        served = Optional.of(tenant);
        admit(waiter, place.get(), tenant);
        return true;
    }

    private void admit(Waiter waiter, Places.Place place, TenantTurn tenant) {
        open++;
        waiter.admit(place);
    }
}
