package io.backfill.api.http;

import jakarta.servlet.AsyncContext;
import java.io.IOException;

/** A body that is written after the request has released its thread. One of the methods is called, once. */
public interface Continuation {
    /**
     * Begins the body, without waiting. Status and headers are set and not sent yet.
     *
     * @param cut closes the connection at once, whatever it still has to send, and ends the request; may be called by any thread.
     *     In a container that is not integrated it completes the response
     */
    void begin(AsyncContext async, Runnable cut) throws IOException;

    /** The request was answered in another way. */
    void abandon();
}
