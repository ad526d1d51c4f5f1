package io.backfill.fair;

import io.backfill.batches.Usage;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;

/** Settles budgets by the usage that answers report, and forwards all events. */
public final class SettlingObserver implements DispatchObserver {
    private final DispatchObserver next;
    private final Budgets budgets;

    public SettlingObserver(DispatchObserver next, Budgets budgets) {
        this.next = next;
        this.budgets = budgets;
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
        budgets.used(request, usage);
        next.used(request, usage);
    }
}
