package io.backfill.dispatch;

/** Why a running batch stops sending. The first cause is the only one. */
public enum AbortCause {
    /** The window ended. */
    DEADLINE,
    /** A user asked for it. */
    CANCEL,
    /** This node is going down; another goes on. */
    SHUTDOWN,
    /** Another node may own the batch: nothing is sent, nothing is written. */
    LOST_LEASE,
    /** Others are to run first; the batch goes on later, on any node. */
    YIELD,
    /** The store does not take results, or does not give lines. */
    BROKEN_STORAGE,
    /** The cluster does not run the batch: the next execution runs it here. */
    OFFLOAD_REFUSED,
    /** The cluster does not run the batch, and the operator's policy ends it then. */
    OFFLOAD_FAILED;

    /** The batch is over: what is done is assembled. Otherwise somebody goes on with it. */
    public boolean endsBatch() {
        return this == DEADLINE || this == CANCEL || this == OFFLOAD_FAILED;
    }
}
