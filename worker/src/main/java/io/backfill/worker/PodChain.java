package io.backfill.worker;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.BodyDispatcher;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.FencedDispatcher;
import io.backfill.dispatch.ObservedDispatcher;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.RetryingDispatcher;
import io.backfill.fair.BudgetedPlaces;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.fair.GateContext;
import io.backfill.fair.TenantShares;
import io.backfill.models.ModelDirectory;
import io.backfill.replicas.FleetRegistry;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The dispatch chain of a pod. It is the gateway's chain without the bulkhead: the gate enforces the pod's share of the cap and the
 * pod's memory.
 *
 * @param first the outermost link
 * @param gate where calls wait for their turn
 * @param fleets the replicas at which the gate assigns places
 */
record PodChain(RequestDispatcher first, FairGate gate, FleetRegistry fleets) {
    /** Many threads request jitter concurrently; the default generator is not thread-safe. */
    private static final RandomGenerator THREAD_SAFE_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /**
     * Builds the chain in front of {@code sender}.
     *
     * @param capacity the bytes this pod may hold; the number of open calls is limited by the model's cap
     */
    static PodChain of(
            RequestDispatcher sender,
            ModelDirectory models,
            DispatchObserver observer,
            Budgets budgets,
            NodeCapacity capacity,
            InstantSource time,
            LongSupplier nanoTime) {
        FleetRegistry fleets = new FleetRegistry(nanoTime);
        RequestDispatcher fenced =
                new FencedDispatcher(new BodyDispatcher(new ObservedDispatcher(sender, observer, nanoTime)));
        FairGate gate = new FairGate(
                fenced,
                new GateContext(
                        new BudgetedPlaces(fleets, budgets),
                        new DeadlineWatch(time, nanoTime),
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        capacity,
                        known -> models.find(known.name()).orElse(known),
                        nanoTime));
        return new PodChain(new RetryingDispatcher(gate, observer, nanoTime, THREAD_SAFE_RANDOM), gate, fleets);
    }
}
