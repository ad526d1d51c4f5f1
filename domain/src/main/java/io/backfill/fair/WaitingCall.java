package io.backfill.fair;

import io.backfill.admission.CallGrant;
import io.backfill.dispatch.ModelRequest;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A call at the gate. Its place is written once, under the gate's lock, before its thread is woken. */
final class WaitingCall {
    private final ModelRequest request;
    private final Semaphore turn = new Semaphore(0);
    private volatile Places.@Nullable Place place;

    private final CallGrant grant;

    WaitingCall(ModelRequest request) {
        this.request = request;
        this.grant = request.control().grant() instanceof CallGrant owned ? owned : new CallGrant();
    }

    /** Returns the memory grant of the call, or one of its own if its request has no budget. */
    CallGrant grant() {
        return grant;
    }

    ModelRequest request() {
        return request;
    }

    boolean isAdmitted() {
        return place != null;
    }

    Places.Place place() {
        return Objects.requireNonNull(place);
    }

    void admit(Places.Place taken) {
        place = taken;
        turn.release();
    }

    void wake() {
        turn.release();
    }

    void sleep() throws InterruptedException {
        turn.acquire();
    }
}
