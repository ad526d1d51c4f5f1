package io.backfill.dispatch.chain;

import io.backfill.batches.Usage;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.replicas.FleetRegistry;

/** Tells the replicas of a model what their calls used, and forwards all events. */
final class UsageObserver implements DispatchObserver {
    private final DispatchObserver next;
    private final FleetRegistry fleets;

    UsageObserver(DispatchObserver next, FleetRegistry fleets) {
        this.next = next;
        this.fleets = fleets;
    }

    @Override
    public void sent(Model model) {
        next.sent(model);
    }

    @Override
    public void ended(Model model, Outcome outcome, long nanos) {
        next.ended(model, outcome, nanos);
    }

    @Override
    public void retried(Model model, Outcome outcome) {
        next.retried(model, outcome);
    }

    @Override
    public void used(ModelRequest request, Usage usage) {
        fleets.used(request.model().name(), request.id(), usage);
        next.used(request, usage);
    }
}
