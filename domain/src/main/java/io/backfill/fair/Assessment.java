package io.backfill.fair;

import java.time.Instant;
import java.util.Optional;

/**
 * The risk that a batch misses its deadline.
 *
 * @param urgency work due by the deadline, including that of this batch, divided by what the model can do until then; 0 while the
 *     model's rate is unknown, above 1 if the window will be missed
 * @param feasibleAlone whether the batch would still meet its deadline if it had its models to itself, at the best rate they are
 *     known to reach
 * @param expectedEnd when the batch will end at the current rate
 */
public record Assessment(double urgency, boolean feasibleAlone, Optional<Instant> expectedEnd) {
    public static final Assessment UNKNOWN = new Assessment(0, true, Optional.empty());

    public boolean atRisk() {
        return urgency > 1;
    }

    /** Returns the worse of two assessments in each respect, for a batch that uses several models. */
    Assessment and(Assessment other) {
        return new Assessment(
                Math.max(urgency, other.urgency),
                feasibleAlone && other.feasibleAlone,
                expectedEnd
                        .map(end -> other.expectedEnd.filter(end::isBefore).orElse(end))
                        .or(() -> other.expectedEnd));
    }
}
