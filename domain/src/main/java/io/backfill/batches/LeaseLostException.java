package io.backfill.batches;

import io.backfill.ids.BatchId;

/** Thrown when the writer is no longer the lease holder. Its write was not made, and no later write of it will be. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLostException(BatchId batch, long epoch) {
        super("not the lease holder of " + batch + " (epoch " + epoch + ")");
    }
}
