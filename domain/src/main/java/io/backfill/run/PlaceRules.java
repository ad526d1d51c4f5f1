package io.backfill.run;

import io.backfill.batches.Priority;
import io.backfill.batches.WaitingBatch;
import io.backfill.run.DispatchPlaces.Verdict;
import io.backfill.tenants.TenantId;
import java.util.Set;

/** Judges requests for a place by a snapshot of the places and the current capacity of the models. Changes nothing. */
record PlaceRules(Occupancy now, ModelAvailability capacity) {
    /** Number of large batches that is enough for a model. */
    private static final int BATCHES = 8;

    private static final int LINES_PER_SLOT = 2;
    private static final int HELD_PER_FREE = 2;

    /** Divisor: this part of all threads is reserved for tenants that hold none. */
    private static final int RESERVE = 6;

    /** Divisor: this part of all threads may be held by the batches of models without a usable replica. */
    private static final int PROBES = 4;

    /** Explains why {@link #judge} does not return a place, or why the tenant's pace does not allow it. */
    String explain(WaitingBatch waiting, Verdict verdict) {
        String model = waiting.model();
        TenantId tenant = waiting.tenant();
        return switch (verdict) {
            case PLACE -> "it has a place";
            case REPLICA ->
                "no replica of its model %s responds; %d batches probe it, and probes hold %d of at most %d threads"
                        .formatted(model, now.sending(model).count(), probing(), probeThreads());
            case LINES ->
                "its model %s has %d lines in %d slots; its tenant is one of %d there and has %d of the lines"
                        .formatted(
                                model,
                                now.linesOf(model, mostPerBatch(model)),
                                capacity.slots(model),
                                now.tenantsOf(model).size(),
                                now.linesOf(model, tenant, waiting.priority(), mostPerBatch(model)));
            case TURN ->
                "its model %s serves %d tenants, the most at a time are %d"
                        .formatted(model, now.tenantsOf(model).size(), DispatchPlaces.TENANTS);
            case THREADS ->
                "it needs %d threads and %d of %d are free; its tenant holds %d, its model %s holds %d, %d are reserved"
                        .formatted(
                                1 + waiting.models(),
                                now.free(),
                                now.threads(),
                                now.threadsOf(tenant),
                                model,
                                now.threadsOf(model),
                                reserve());
            case PACE -> "its tenant has used up its part of the spare processor time for starting jobs";
        };
    }

    /** @param wanted number of threads that the batch needs */
    Verdict judge(TenantId tenant, Priority priority, Set<String> models, int wanted, boolean takenOver) {
        Verdict best = Verdict.REPLICA;
        for (String model : models) {
            Verdict verdict = judge(tenant, priority, model, takenOver);
            if (verdict == Verdict.PLACE) {
                return judgeThreads(tenant, wanted);
            }
            best = verdict.compareTo(best) > 0 ? verdict : best;
        }
        return best;
    }

    private Verdict judge(TenantId tenant, Priority priority, String model, boolean takenOver) {
        if (!capacity.usable(model)) {
            return mayProbe(model) ? Verdict.PLACE : Verdict.REPLICA;
        }
        Set<TenantId> tenants = now.tenantsOf(model);
        if (!tenants.contains(tenant)) {
            boolean turn = takenOver || tenants.size() < DispatchPlaces.TENANTS;
            return turn ? Verdict.PLACE : Verdict.TURN;
        }
        if (now.threadsOf(model) >= HELD_PER_FREE * now.free()) {
            return Verdict.THREADS;
        }
        boolean lines = takenOver || wantsLines(model, tenant, priority, tenants.size());
        return lines ? Verdict.PLACE : Verdict.LINES;
    }

    /** Judges only whether the tenant may have the threads. */
    Verdict judgeThreads(TenantId tenant, int wanted) {
        int free = now.free();
        int held = now.threadsOf(tenant);
        boolean fits = held == 0 ? wanted <= free : wanted <= free - reserve() && held < HELD_PER_FREE * free;
        return fits ? Verdict.PLACE : Verdict.THREADS;
    }

    /** A batch is not held up by lines of its tenant that have a lower priority, because the gate sends its own before them. */
    private boolean wantsLines(String model, TenantId tenant, Priority priority, int tenants) {
        int enough = LINES_PER_SLOT * capacity.slots(model);
        int most = mostPerBatch(model);
        return now.linesOf(model, most) < enough || now.linesOf(model, tenant, priority, most) * tenants < enough;
    }

    private int mostPerBatch(String model) {
        return Math.max(1, LINES_PER_SLOT * capacity.slots(model) / BATCHES);
    }

    /** Whether a batch may probe a model without a usable replica. */
    boolean mayProbe(String model) {
        return !now.isServed(model) && probing() < probeThreads();
    }

    /** Returns the threads held by batches without any usable model. */
    private int probing() {
        return now.seats().stream()
                .filter(seat -> seat.isStuck(capacity))
                .mapToInt(DispatchPlace::threads)
                .sum();
    }

    /** Whether no other tenant sends anything from this node. */
    boolean isAlone(TenantId tenant) {
        return now.seats().stream()
                .allMatch(seat -> seat.tenant().equals(tenant) || seat.inPods() || seat.isStuck(capacity));
    }

    /** Returns the number of threads that are reserved for tenants that hold none. */
    int reserve() {
        return now.threads() / RESERVE;
    }

    /** Returns the number of threads that all batches without a usable model together may hold. */
    int probeThreads() {
        return now.threads() / PROBES;
    }
}
