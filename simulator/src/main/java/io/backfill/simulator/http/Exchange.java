package io.backfill.simulator.http;

import java.io.IOException;

/** Handles each request. Called on the connection's own thread, so it may block. */
@FunctionalInterface
public interface Exchange {
    /**
     * Answers the request through the responder. An {@link IOException} closes the connection, because the client has
     * disconnected. Returning without an answer is a bug and becomes a 500.
     */
    void answer(HttpRequest request, Responder responder) throws IOException;
}
