package io.backfill.dispatch;

/**
 * Link right before the send: an aborted batch sends nothing, and neither does a node whose lease may have run out. A lost fence
 * aborts the batch on this node.
 */
public final class FencedDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;

    public FencedDispatcher(RequestDispatcher next) {
        this.next = next;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        if (request.abort().isTripped()) {
            return new Outcome.Cancelled();
        }
        if (!request.fence().maySend()) {
            request.abort().trip(AbortCause.LOST_LEASE);
            return new Outcome.Cancelled();
        }
        return next.dispatch(request);
    }
}
