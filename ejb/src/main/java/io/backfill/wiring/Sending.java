package io.backfill.wiring;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelState;
import io.backfill.dispatch.bulkhead.BulkheadDispatcher;
import io.backfill.dispatch.chain.DispatchChain;
import io.backfill.dispatch.chain.Later;
import io.backfill.dispatch.http.HttpDispatcher;
import io.backfill.fair.Budgets;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.LeasedBudgets;
import io.backfill.fair.LeasedCaps;
import io.backfill.fair.TenantShares;
import io.backfill.models.ModelDirectory;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The parts of a node that send lines to models.
 *
 * @param caps empty if this node has every cap for itself
 * @param budgets empty if this node has every budget for itself
 * @param observer notified of what each call comes to
 * @param states the state that links keep per model
 */
record Sending(
        HttpDispatcher sender,
        Optional<LeasedCaps> caps,
        Optional<LeasedBudgets> budgets,
        DispatchObserver observer,
        DispatchChain chain,
        List<ModelState> states) {
    static Sending of(
            HttpDispatcher sender,
            ModelDirectory models,
            DispatchObserver metrics,
            TenantShares shares,
            Optional<LeasedCaps> caps,
            Optional<LeasedBudgets> leasedBudgets,
            NodeCapacity capacity,
            Later later,
            TimeAndIds timeAndIds) {
        LongSupplier nanoTime = timeAndIds.nanoTime();
        Budgets budgets = leasedBudgets.map(LeasedBudgets::budgets).orElseGet(() -> Budgets.ofOneNode(nanoTime));
        DispatchObserver observer = metrics.andUsed(budgets::used);
        BulkheadDispatcher bulkhead = new BulkheadDispatcher(DispatchChain.inner(sender, observer, nanoTime));
        DispatchChain chain = DispatchChain.of(
                bulkhead,
                models,
                observer,
                shares,
                caps.isPresent() ? caps.get() : CapShares.WHOLE,
                budgets,
                new DeadlineWatch(timeAndIds.time(), nanoTime),
                capacity,
                later,
                nanoTime);
        return new Sending(
                sender, caps, leasedBudgets, chain.observer(), chain, List.of(chain.fleets(), bulkhead, budgets));
    }
}
