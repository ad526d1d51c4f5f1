package io.backfill.dispatch;

import io.backfill.batches.Usage;
import io.backfill.models.Model;
import java.util.function.BiConsumer;

/** Forwards all events, and passes the usage of lines to another receiver before. */
record UsageReceiver(DispatchObserver next, BiConsumer<ModelRequest, Usage> receiver) implements DispatchObserver {
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
        receiver.accept(request, usage);
        next.used(request, usage);
    }
}
