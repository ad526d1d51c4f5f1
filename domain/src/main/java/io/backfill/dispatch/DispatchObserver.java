package io.backfill.dispatch;

import io.backfill.batches.Usage;
import io.backfill.models.Model;
import java.util.function.BiConsumer;

/** Receives the events of the dispatch chain, for metrics and budgets. Methods must return quickly and must not throw. */
public interface DispatchObserver {
    /** A call is about to be sent. */
    void sent(Model model);

    /** A call ended after {@code nanos} nanoseconds. */
    void ended(Model model, Outcome outcome, long nanos);

    /** A call is about to be retried because of its outcome. */
    void retried(Model model, Outcome outcome);

    /** A line has its result. {@code usage} is what its answer reports, all zero if it reports none. */
    void used(ModelRequest request, Usage usage);

    /** Returns an observer that also passes the usage of every line to {@code receiver}, first. */
    default DispatchObserver andUsed(BiConsumer<ModelRequest, Usage> receiver) {
        return new UsageReceiver(this, receiver);
    }

    /** Ignores all events. */
    DispatchObserver NONE = new DispatchObserver() {
        @Override
        public void sent(Model model) {}

        @Override
        public void ended(Model model, Outcome outcome, long nanos) {}

        @Override
        public void retried(Model model, Outcome outcome) {}

        @Override
        public void used(ModelRequest request, Usage usage) {}
    };
}
