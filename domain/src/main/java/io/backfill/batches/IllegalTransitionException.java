package io.backfill.batches;

/** Thrown when an event does not apply to the status of a batch. */
public final class IllegalTransitionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BatchStatus status;

    IllegalTransitionException(BatchStatus status, BatchEvent event) {
        super(event.getClass().getSimpleName() + " does not apply to a batch with status " + status.wireName());
        this.status = status;
    }

    public BatchStatus status() {
        return status;
    }
}
