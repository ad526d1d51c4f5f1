package io.backfill.dispatch.chain;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.BatchLimitDispatcher;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The chain of dispatchers that each call passes through. A process may put links of its own between the gate and the inner links,
 * such as a bulkhead; it passes {@link #inner} to them, and the first of them to {@link #of}.
 *
 * @param first the outermost link
 * @param gate where calls wait for their turn
 * @param fleets the replicas at which the gate grants places
 * @param deadlines the deadline risk of the batches of this process
 * @param observer receives the usage of every line
 */
public record DispatchChain(
        RequestDispatcher first,
        FairGate gate,
        FleetRegistry fleets,
        DeadlineWatch deadlines,
        DispatchObserver observer) {
    /** Many threads draw jitter at once; the default generator is not thread-safe. */
    private static final RandomGenerator THREAD_SAFE_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /** Returns the links behind the gate, outermost first: the fence, the body, and the observer in front of {@code sender}. */
    public static RequestDispatcher inner(RequestDispatcher sender, DispatchObserver observer, LongSupplier nanoTime) {
        return new FencedDispatcher(new BodyDispatcher(new ObservedDispatcher(sender, observer, nanoTime)));
    }

    /**
     * Returns the chain that ends in {@code behindGate}.
     *
     * @param later starts a look at the calls that wait for a certain time
     * @param capacity limits open calls of this process and the bytes held for them, over all models
     */
    public static DispatchChain of(
            RequestDispatcher behindGate,
            ModelDirectory models,
            DispatchObserver observer,
            TenantShares shares,
            CapShares caps,
            Budgets budgets,
            DeadlineWatch deadlines,
            NodeCapacity capacity,
            Later later,
            LongSupplier nanoTime) {
        FleetRegistry fleets = new FleetRegistry(nanoTime);
        FairGate gate = new FairGate(
                behindGate,
                new GateContext(
                        new BudgetedPlaces(fleets, budgets),
                        deadlines,
                        shares,
                        caps,
                        capacity,
                        known -> models.find(known.name()).orElse(known),
                        nanoTime));
        RetryingDispatcher retrying =
                new RetryingDispatcher(new BatchLimitDispatcher(gate), observer, nanoTime, THREAD_SAFE_RANDOM);
        fleets.onLater((model, nanos) -> later.run(() -> gate.look(model), nanos));
        return new DispatchChain(retrying, gate, fleets, deadlines, observer.andUsed(fleets::used));
    }
}
