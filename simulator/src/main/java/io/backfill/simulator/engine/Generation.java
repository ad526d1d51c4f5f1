package io.backfill.simulator.engine;

/** One request inside the engine. Used by one thread; {@link #close} frees its place, however far it got. */
public interface Generation extends AutoCloseable {
    /**
     * Waits until that many output tokens exist, counted in the order of the answer; 0 waits for the prompts alone. False
     * when the time is over before.
     */
    boolean awaitTokens(int tokens, long timeoutNanos) throws InterruptedException;

    /** Prompt tokens that were found in the KV cache; known after the first successful {@link #awaitTokens}. */
    int cachedTokens();

    @Override
    void close();
}
