package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.Optional;

/** Port: where calls of a model may go. Asked while the gate is locked: answers at once. */
public interface Places {
    /** A place for the call, taken; empty when the endpoints that suit it have none now. */
    Optional<Place> tryTake(ModelRequest request);

    /**
     * Whether the choice of a place depends on how the call's prompt begins, which its body does not know yet. Asked before the gate is
     * entered, so that nothing is read under its lock.
     */
    default boolean wantsPrefix(ModelRequest request) {
        return false;
    }

    /** A taken place. */
    interface Place {
        /** The call, to the endpoint that has the place. */
        ModelRequest request();

        /** Gives the place back, once, and says what came of the call. */
        void release(Outcome outcome);
    }
}
