package io.backfill.dispatch;

/**
 * Link right before the send. Sends nothing for an aborted batch, and nothing on a node whose lease may have expired; such a lease
 * also aborts the batch on this node.
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
