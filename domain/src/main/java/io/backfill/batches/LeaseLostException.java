package io.backfill.batches;

import io.backfill.ids.BatchId;

/** The writer is not the lease holder any more: its write did not happen, and none of its later ones will. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLostException(BatchId batch, long epoch) {
        super("not the lease holder of " + batch + " (epoch " + epoch + ")");
    }
}
