package io.backfill.dispatch;

import java.util.function.LongSupplier;

/** Link that reports every call that is actually sent, to the observer and to the call's trace. */
public final class ObservedDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;
    private final DispatchObserver observer;
    private final LongSupplier nanoTime;

    public ObservedDispatcher(RequestDispatcher next, DispatchObserver observer, LongSupplier nanoTime) {
        this.next = next;
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        long start = nanoTime.getAsLong();
        observer.sent(request.model());
        request.control().trace().sent(request);
        Outcome outcome = new Outcome.Unreachable("the call ended without an outcome", true);
        try {
            outcome = next.dispatch(request);
            return outcome;
        } finally {
            request.control().trace().received(outcome);
            observer.ended(request.model(), outcome, nanoTime.getAsLong() - start);
        }
    }
}
