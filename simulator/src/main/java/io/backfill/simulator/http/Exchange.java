package io.backfill.simulator.http;

import java.io.IOException;

/** What a server does with each request; called on the connection's own thread, so it may block. */
@FunctionalInterface
public interface Exchange {
    /**
     * Answers the request through the responder. Throwing {@link IOException} ends the connection: the client is gone.
     * Returning without an answer is an error of this program and becomes a 500.
     */
    void answer(HttpRequest request, Responder responder) throws IOException;
}
