package io.backfill.dispatch;

/**
 * Link that holds a call back while its batch has as many calls open as its owner allows. A call that waits here holds nothing but
 * its place in the call window; a call that waits for its turn at the gate counts as open.
 */
public final class BatchLimitDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;

    public BatchLimitDispatcher(RequestDispatcher next) {
        this.next = next;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        BatchCallLimit limit = request.control().steering().limit();
        if (!limit.enter(request.control().abort())) {
            return new Outcome.Cancelled();
        }
        try {
            return next.dispatch(request);
        } finally {
            limit.leave();
        }
    }
}
