package io.backfill.dispatch;

import static java.lang.System.Logger.Level.DEBUG;

/**
 * Link right before the send. Sends nothing for an aborted batch, and nothing on a node whose lease may have expired; such a lease
 * also aborts the batch on this node.
 */
public final class FencedDispatcher implements RequestDispatcher {
    private static final System.Logger LOG = System.getLogger("io.backfill.dispatch");

    private final RequestDispatcher next;

    public FencedDispatcher(RequestDispatcher next) {
        this.next = next;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        if (request.control().abort().isTripped()) {
            return new Outcome.Cancelled();
        }
        if (!request.control().fence().maySend()) {
            if (request.control().abort().trip(AbortCause.LOST_LEASE)) {
                LOG.log(
                        DEBUG,
                        () -> "Batch %s sends nothing more from line %s on: its lease may have expired"
                                .formatted(request.batch(), request.id()));
            }
            return new Outcome.Cancelled();
        }
        return next.dispatch(request);
    }
}
