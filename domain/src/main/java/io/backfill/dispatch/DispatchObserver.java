package io.backfill.dispatch;

import io.backfill.batches.Usage;
import io.backfill.models.Model;

/** Hears what the chain does; for metrics. Must be quick and must not throw. */
public interface DispatchObserver {
    /** A call goes out. */
    void sent(Model model);

    /** That call came to an end after {@code nanos}. */
    void ended(Model model, Outcome outcome, long nanos);

    /** A call is to be made again. */
    void retried(Model model, Outcome outcome);

    /** What the answer to a line says that it cost; nothing where it does not say. */
    void used(ModelRequest request, Usage usage);

    /** Hears nothing. */
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
