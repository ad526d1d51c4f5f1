package io.backfill.dispatch;

/**
 * SPI and link of the chain: one call in, one outcome out. Blocks the calling virtual thread; may be called by any number of
 * them. Holds nothing (no slot, no connection) after it returned. Does not throw for anything the model or the network does.
 */
@FunctionalInterface
public interface RequestDispatcher {
    /**
     * Makes the call, or waits and makes it.
     *
     * @throws InterruptedException only when the thread was interrupted, which nothing of ours does
     */
    Outcome dispatch(ModelRequest request) throws InterruptedException;
}
