package io.backfill.simulator.engine;

import java.util.Optional;

/**
 * The model server's engine as the HTTP side sees it. Each request calls it from its own thread, which may block for
 * any time. Thread-safe.
 */
public interface Engine extends AutoCloseable {
    /** Accepts a request. The caller must close the result, even if the client has disconnected. */
    Generation start(EngineRequest request) throws EngineRefusedException;

    /** Returns the current load for {@code /metrics}. Does not block for long. */
    EngineLoad load(String model);

    /** Returns the tokens of a model's requests and their latencies. */
    TokenRecord tokens(String model);

    /**
     * Returns the size in tokens of the blocks whose hashes a request must provide; 0 if the engine does not use them.
     */
    default int promptBlockTokens() {
        return 0;
    }

    /** Returns statistics that only an engine with a cache and steps has; empty for any other. */
    default Optional<EngineStatistics> statistics(String model) {
        return Optional.empty();
    }

    /** Ends every generation that a thread still waits for. */
    @Override
    default void close() {}
}
