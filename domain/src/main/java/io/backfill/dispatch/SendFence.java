package io.backfill.dispatch;

/** Asked right before every send: may this node still send for this batch? Must be quick: no I/O, no lock that is held long. */
@FunctionalInterface
public interface SendFence {
    boolean maySend();
}
