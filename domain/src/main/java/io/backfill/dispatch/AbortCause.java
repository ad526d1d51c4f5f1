package io.backfill.dispatch;

/** Why a running batch stops sending. The first cause is the only one, but for {@link #YIELD}, which gives way to any other. */
public enum AbortCause {
    /** The window ended. */
    DEADLINE,
    /** A user asked for it. */
    CANCEL,
    /** This node is going down; another goes on. */
    SHUTDOWN,
    /** Another node may own the batch: nothing is sent, nothing is written. */
    LOST_LEASE,
    /** The store does not take results, or does not give lines. */
    BROKEN_STORAGE,
    /** Others are to run first, or no model answers: the batch goes back into the queue once its open calls have ended. None is cut. */
    YIELD,
    /** The cluster does not run the batch: the next execution runs it here. */
    OFFLOAD_REFUSED,
    /** The cluster does not run the batch, and the operator's policy ends it then. */
    OFFLOAD_FAILED;

    /** The batch is over: what is done is assembled. Otherwise somebody goes on with it. */
    public boolean endsBatch() {
        return this == DEADLINE || this == CANCEL || this == OFFLOAD_FAILED;
    }
}
