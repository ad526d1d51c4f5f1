package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.Optional;

/** Port: where calls of a model may be sent. Called while the gate is locked, so it answers at once. */
public interface Places {
    /** Takes a place for the call; empty if the replicas that suit it have none now. */
    Optional<Place> tryTake(ModelRequest request);

    /**
     * Returns whether the choice of a place depends on the beginning of the call's prompt and that is not known yet. Called before
     * the call enters the gate, so that nothing is read under the gate's lock.
     */
    default boolean wantsPrefix(ModelRequest request) {
        return false;
    }

    /** A place that was taken. */
    interface Place {
        /** Returns the call, addressed to the replica of this place. */
        ModelRequest request();

        /** Releases the place and reports the outcome of the call. Must be called once. */
        void release(Outcome outcome);
    }
}
