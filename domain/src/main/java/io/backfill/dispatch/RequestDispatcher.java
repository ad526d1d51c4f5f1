package io.backfill.dispatch;

/**
 * SPI and link of the chain: takes one call and returns one outcome. Blocks the calling virtual thread. Thread-safe. Holds nothing
 * (no slot, no connection) after it has returned. Does not throw for anything that the model or the network does.
 */
@FunctionalInterface
public interface RequestDispatcher {
    /**
     * Makes the call, after waiting if necessary.
     *
     * @throws InterruptedException only if the thread is interrupted, which Backfill itself never does
     */
    Outcome dispatch(ModelRequest request) throws InterruptedException;
}
