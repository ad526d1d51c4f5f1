package io.backfill.dispatch;

/** Why a running batch stops sending. The first cause wins, except that a stronger one replaces {@link #YIELD} and {@link #PAUSE}. */
public enum AbortCause {
    /** The window ended. */
    DEADLINE,
    /** A user cancelled the batch. */
    CANCEL,
    /** This node is shutting down; another node resumes the batch. */
    SHUTDOWN,
    /** Another node may hold the lease: nothing more is sent or written. */
    LOST_LEASE,
    /** The store does not accept results or does not return lines, or a bug stopped a worker. */
    BROKEN_STORAGE,
    /**
     * Other batches are to run first, or no model answers. The batch returns to the queue once its open calls have ended; none is
     * cut.
     */
    YIELD,
    /** The batch is paused. It returns to the queue once its open calls have ended; none is cut. */
    PAUSE,
    /** The cluster does not run the batch; the next execution runs it in threads of a gateway. */
    OFFLOAD_REFUSED,
    /** The cluster does not run the batch, and the operator's policy is to end it in that case. */
    OFFLOAD_FAILED;

    /** Returns whether open calls end by themselves, however long they take. */
    public boolean leavesOpenCalls() {
        return this == YIELD || this == PAUSE;
    }

    /** Returns whether this cause takes the place of an earlier one. */
    boolean replaces(AbortCause earlier) {
        return this != earlier && this != YIELD && earlier.leavesOpenCalls();
    }

    /**
     * Returns whether the batch ends and the results so far are assembled. After any other cause a later execution resumes the
     * batch.
     */
    public boolean endsBatch() {
        return this == DEADLINE || this == CANCEL || this == OFFLOAD_FAILED;
    }
}
