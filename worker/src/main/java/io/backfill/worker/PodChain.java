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
import io.backfill.replicas.Fleets;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The chain a call goes through, as in the gateway but for the bulkhead: the gate keeps to the pod's share of the cap, and to what the
 * pod can hold.
 *
 * @param first of the links
 * @param gate where calls wait for their turn
 * @param fleets the endpoints that the gate gives places at
 */
record PodChain(RequestDispatcher first, FairGate gate, Fleets fleets) {
    /** Jitter is asked for by many threads at once; the default generator is made for one. */
    private static final RandomGenerator THREAD_SAFE_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /**
     * The chain in front of {@code sender}.
     *
     * @param capacity of this pod: the bytes it may hold; how many calls it may have open says the model's cap
     */
    static PodChain of(
            RequestDispatcher sender,
            ModelDirectory models,
            DispatchObserver observer,
            Budgets budgets,
            NodeCapacity capacity,
            InstantSource time,
            LongSupplier nanoTime) {
        Fleets fleets = new Fleets(nanoTime);
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
