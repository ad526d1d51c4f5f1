package io.backfill.wiring;

import io.backfill.dispatch.CurrentModelDispatcher;
import io.backfill.dispatch.DispatchObserver;
import io.backfill.dispatch.FairGate;
import io.backfill.dispatch.FencedDispatcher;
import io.backfill.dispatch.ObservedDispatcher;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.RetryingDispatcher;
import io.backfill.dispatch.bulkhead.BulkheadDispatcher;
import io.backfill.dispatch.bulkhead.ProcessLimit;
import io.backfill.models.ModelDirectory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The chain a call goes through, outermost link first; the only place where it is put together. */
final class DispatchChain {
    /** Jitter is asked for by many threads at once; the default generator is made for one. */
    private static final RandomGenerator THREAD_SAFE_RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    private DispatchChain() {}

    /**
     * The chain in front of {@code sender}.
     *
     * @param maxInFlight open calls of this process, over all models
     */
    static RequestDispatcher of(
            RequestDispatcher sender,
            ModelDirectory models,
            DispatchObserver observer,
            int maxInFlight,
            LongSupplier nanoTime) {
        RequestDispatcher observed = new ObservedDispatcher(sender, observer, nanoTime);
        RequestDispatcher fenced = new FencedDispatcher(observed);
        RequestDispatcher limited = new ProcessLimit(fenced, maxInFlight);
        RequestDispatcher capped = new BulkheadDispatcher(limited);
        RequestDispatcher fair = new FairGate(capped);
        RequestDispatcher current = new CurrentModelDispatcher(fair, models);
        return new RetryingDispatcher(current, observer, nanoTime, THREAD_SAFE_RANDOM);
    }
}
