package io.backfill.simulator.engine;

import java.util.Optional;

/**
 * The model server's engine as the HTTP side sees it. One call per request, from that request's own thread, which may be
 * blocked as long as the engine likes; any number of threads at once.
 */
public interface Engine extends AutoCloseable {
    /** Takes a request in. The caller closes what it gets, also when the client has gone. */
    Generation start(EngineRequest request) throws EngineRefusedException;

    /** How busy the engine is now, for {@code /metrics}. Never blocks for long. */
    EngineLoad load(String model);

    /** Tokens of the blocks whose hashes a request has to bring; 0 when the engine has no use for them. */
    default int promptBlockTokens() {
        return 0;
    }

    /** What only an engine with a cache and steps can tell; empty for any other. */
    default Optional<EngineStatistics> statistics(String model) {
        return Optional.empty();
    }

    /** Ends every generation that is still waited for. */
    @Override
    default void close() {}
}
