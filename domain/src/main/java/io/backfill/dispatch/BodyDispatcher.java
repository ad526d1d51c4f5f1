package io.backfill.dispatch;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Link behind the gate: reads the body of a call that is about to be sent, and lets go of it when the call is over. */
public final class BodyDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;

    public BodyDispatcher(RequestDispatcher next) {
        this.next = next;
    }

    /** @throws UncheckedIOException when the store does not give the body; nothing was sent then */
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
