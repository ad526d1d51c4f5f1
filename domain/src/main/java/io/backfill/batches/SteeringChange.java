package io.backfill.batches;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A change of {@link Steering}. A member that is empty stays as it is; a limit that is present and empty is removed.
 */
public record SteeringChange(
        Optional<Priority> priority, Optional<OptionalInt> maxInFlight, Optional<OptionalLong> tokenBudget) {
    public static final SteeringChange NONE = new SteeringChange(Optional.empty(), Optional.empty(), Optional.empty());

    /** Returns the steering after this change. */
    public Steering of(Steering before) {
        return new Steering(
                priority.orElse(before.priority()),
                maxInFlight.orElse(before.maxInFlight()),
                tokenBudget.orElse(before.tokenBudget()));
    }

    public boolean isNone() {
        return equals(NONE);
    }
}
