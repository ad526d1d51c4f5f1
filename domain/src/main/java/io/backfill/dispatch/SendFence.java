package io.backfill.dispatch;

/**
 * Decides right before every send whether this node may still send for this batch. Must return quickly, without I/O and without
 * taking a lock that is held for long.
 */
@FunctionalInterface
public interface SendFence {
    boolean maySend();
}
