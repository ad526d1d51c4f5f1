package io.backfill.worker;

import io.backfill.dispatch.BodyDispatcher;
import io.backfill.dispatch.CurrentModelDispatcher;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.FencedDispatcher;
import io.backfill.dispatch.ObservedDispatcher;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.RetryingDispatcher;
import io.backfill.dispatch.bulkhead.ProcessLimit;
import io.backfill.fair.BudgetedPlaces;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.fair.TenantShares;
import io.backfill.models.ModelDirectory;
import io.backfill.replicas.Fleets;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The chain a call goes through, as in the gateway but for the bulkhead: the gate keeps to the pod's share, and the limit of the
 * process says the same once more.
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
     * @param slots calls of this pod that may be open
     */
    static PodChain of(
            RequestDispatcher sender,
            ModelDirectory models,
            DispatchObserver observer,
            Budgets budgets,
            int slots,
            InstantSource time,
            LongSupplier nanoTime) {
        Fleets fleets = new Fleets(nanoTime);
        RequestDispatcher fenced =
                new FencedDispatcher(new BodyDispatcher(new ObservedDispatcher(sender, observer, nanoTime)));
        FairGate gate = new FairGate(
                new ProcessLimit(fenced, slots),
                new BudgetedPlaces(fleets, budgets),
                new DeadlineWatch(time, nanoTime),
                TenantShares.EQUAL,
                CapShares.WHOLE,
                nanoTime);
        RequestDispatcher current = new CurrentModelDispatcher(gate, models);
        return new PodChain(new RetryingDispatcher(current, observer, nanoTime, THREAD_SAFE_RANDOM), gate, fleets);
    }
}
