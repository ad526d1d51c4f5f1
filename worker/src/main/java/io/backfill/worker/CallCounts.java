package io.backfill.worker;

import io.backfill.batches.Usage;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls for the log. */
final class CallCounts implements DispatchObserver {
    private final LongAdder sent = new LongAdder();
    private final LongAdder retried = new LongAdder();

    @Override
    public void sent(Model model) {
        sent.increment();
    }

    @Override
    public void ended(Model model, Outcome outcome, long nanos) {}

    @Override
    public void retried(Model model, Outcome outcome) {
        retried.increment();
    }

    @Override
    public void used(ModelRequest request, Usage usage) {}

    /** Returns the number of calls sent, including retries. */
    long sent() {
        return sent.sum();
    }

    /** Returns the number of retries. */
    long retried() {
        return retried.sum();
    }
}
