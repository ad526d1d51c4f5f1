package io.backfill.api.http;

import jakarta.servlet.ServletRequest;

/** Closes the connection of a request at once. Servlets have no way to do so; the container's own interface has. */
public final class ConnectionCut {
    private static final String ATTRIBUTE = ConnectionCut.class.getName();

    private ConnectionCut() {}

    /** Integrates a container: {@code cut} closes the connection of this request. */
    public static void offer(ServletRequest request, Runnable cut) {
        request.setAttribute(ATTRIBUTE, cut);
    }

    /** Returns what closes the connection, or {@code otherwise} if the container is not integrated. */
    static Runnable of(ServletRequest request, Runnable otherwise) {
        return request.getAttribute(ATTRIBUTE) instanceof Runnable cut ? cut : otherwise;
    }
}
