package io.backfill.simulator.engine;

/** One request inside the engine. Used by one thread; {@link #close} frees its place, however far it got. */
public interface Generation extends AutoCloseable {
    /** Waits until that many output tokens exist; 0 waits for the prompt alone. */
    void awaitTokens(int tokens) throws InterruptedException;

    /** Prompt tokens that were found in the KV cache; known after the first {@link #awaitTokens}. */
    int cachedTokens();

    @Override
    void close();
}
