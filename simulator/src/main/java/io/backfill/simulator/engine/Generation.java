package io.backfill.simulator.engine;

/** One request inside the engine. Used by one thread. {@link #close} releases its resources, whatever its progress. */
public interface Generation extends AutoCloseable {
    /**
     * Waits until that many output tokens exist, counted in the order of the answer; 0 waits for the prompts alone.
     * Returns false if the time-out expires first.
     */
    boolean awaitTokens(int tokens, long timeoutNanos) throws InterruptedException;

    /** Returns the prompt tokens found in the KV cache; valid after the first successful {@link #awaitTokens}. */
    int cachedTokens();

    @Override
    void close();
}
