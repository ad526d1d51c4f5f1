package io.backfill.k8s.fake;

import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.Objects;

/**
 * A watch of the mock server that can end without blocking the server. At the end of a watch, the mock waits for the event that it
 * is sending, on the same thread that must send it. Until a time-out of ten seconds, the server would answer nothing on that
 * thread.
 */
final class UnblockedWatch extends WebSocketListener {
    private final WebSocketListener watch;

    UnblockedWatch(WebSocketListener watch) {
        this.watch = Objects.requireNonNull(watch);
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
        watch.onOpen(socket, response);
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
        watch.onMessage(socket, text);
    }

    @Override
    public void onMessage(WebSocket socket, byte[] bytes) {
        watch.onMessage(socket, bytes);
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
        watch.onClosing(socket, code, reason);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
        Thread.ofVirtual().name("watch-end").start(() -> watch.onClosed(socket, code, reason));
    }

    @Override
    public void onFailure(WebSocket socket, Throwable failure, Response response) {
        Thread.ofVirtual().name("watch-end").start(() -> watch.onFailure(socket, failure, response));
    }
}
