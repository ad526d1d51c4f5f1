package io.backfill.fair;

import java.time.Instant;
import java.util.Optional;

/**
 * How a batch stands against its deadline.
 *
 * @param urgency work that is due up to its deadline, its own included, divided by what the model can do until then; 0 when the
 *     model's rate is not known yet, above 1 when the window will be missed
 * @param feasibleAlone it could still make it if it had the models to itself, at the best rate they are known to reach
 * @param expectedEnd when it will end if everything goes on as now
 */
public record Assessment(double urgency, boolean feasibleAlone, Optional<Instant> expectedEnd) {
    public static final Assessment UNKNOWN = new Assessment(0, true, Optional.empty());

    public boolean atRisk() {
        return urgency > 1;
    }

    /** Both hold: for a batch that needs several models. */
    Assessment and(Assessment other) {
        return new Assessment(
                Math.max(urgency, other.urgency),
                feasibleAlone && other.feasibleAlone,
                expectedEnd
                        .map(end -> other.expectedEnd.filter(end::isBefore).orElse(end))
                        .or(() -> other.expectedEnd));
    }
}
