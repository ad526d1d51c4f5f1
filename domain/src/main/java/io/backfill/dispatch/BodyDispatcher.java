package io.backfill.dispatch;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Link behind the gate. Reads the body of a call that is about to be sent, and holds it only until the call ends. */
public final class BodyDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;

    public BodyDispatcher(RequestDispatcher next) {
        this.next = next;
    }

    /** @throws UncheckedIOException if the store does not return the body; nothing was sent in that case */
    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        RequestBody.Loaded loaded;
        try {
            loaded = request.body().load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return next.dispatch(request.withBody(loaded));
    }
}
