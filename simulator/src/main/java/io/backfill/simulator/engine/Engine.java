package io.backfill.simulator.engine;

/**
 * The model server's engine as the HTTP side sees it. One call per request, from that request's own thread, which may be
 * blocked as long as the engine likes; any number of threads at once.
 */
public interface Engine {
    /** Takes a request in. The caller closes what it gets, also when the client has gone. */
    Generation start(EngineRequest request);

    /** How busy the engine is now, for {@code /metrics}. Never blocks. */
    EngineLoad load(String model);
}
