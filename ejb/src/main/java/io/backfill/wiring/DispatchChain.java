package io.backfill.wiring;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.BodyDispatcher;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.FencedDispatcher;
import io.backfill.dispatch.ModelState;
import io.backfill.dispatch.ObservedDispatcher;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.RetryingDispatcher;
import io.backfill.dispatch.bulkhead.BulkheadDispatcher;
import io.backfill.fair.BudgetedPlaces;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.fair.GateContext;
import io.backfill.fair.TenantShares;
import io.backfill.models.ModelDirectory;
import io.backfill.replicas.FleetRegistry;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The chain of dispatchers that each call passes through, outermost link first. Assembled only here.
 *
 * @param first the outermost link
 * @param gate where calls wait for their turn
 * @param fleets the replicas at which the gate grants places
 * @param deadlines the deadline risk of this node's batches
 * @param states the state that links keep per model
 */
record DispatchChain(
        RequestDispatcher first,
        FairGate gate,
        FleetRegistry fleets,
        DeadlineWatch deadlines,
        List<ModelState> states) {
    /** Many threads draw jitter at once; the default generator is not thread-safe. */
    private static final RandomGenerator THREAD_SAFE_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /**
     * Returns the chain in front of {@code sender}.
     *
     * @param capacity limits open calls of this process and the bytes held for them, over all models
     */
    static DispatchChain of(
            RequestDispatcher sender,
            ModelDirectory models,
            DispatchObserver observer,
            TenantShares shares,
            CapShares caps,
            Budgets budgets,
            DeadlineWatch deadlines,
            NodeCapacity capacity,
            LongSupplier nanoTime) {
        FleetRegistry fleets = new FleetRegistry(nanoTime);
        RequestDispatcher observed = new ObservedDispatcher(sender, observer, nanoTime);
        RequestDispatcher fenced = new FencedDispatcher(new BodyDispatcher(observed));
        BulkheadDispatcher capped = new BulkheadDispatcher(fenced);
        FairGate gate = new FairGate(
                capped,
                new GateContext(
                        new BudgetedPlaces(fleets, budgets),
                        deadlines,
                        shares,
                        caps,
                        capacity,
                        known -> models.find(known.name()).orElse(known),
                        nanoTime));
        RetryingDispatcher retrying = new RetryingDispatcher(gate, observer, nanoTime, THREAD_SAFE_RANDOM);
        return new DispatchChain(retrying, gate, fleets, deadlines, List.of(fleets, capped, budgets));
    }
}
