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
public record DeadlineRisk(double urgency, boolean feasibleAlone, Optional<Instant> expectedEnd) {
    public static final DeadlineRisk UNKNOWN = new DeadlineRisk(0, true, Optional.empty());

    /** Urgency at and above which a batch goes first. */
    static final double URGENT = 0.7;

    /** Urgency at and above which three quarters of the model are not enough. */
    static final double PRESSING = 0.85;

    public boolean atRisk() {
        return urgency > 1;
    }

    /** Returns whether the batch goes first. A batch that cannot meet its deadline anymore does not. */
    boolean isUrgent() {
        return urgency >= URGENT && feasibleAlone;
    }

    /** Returns whether the batch goes first and needs nearly all of the model. */
    boolean isPressing() {
        return urgency >= PRESSING && feasibleAlone;
    }

    DeadlineRisk withExpectedEnd(Instant end) {
        return new DeadlineRisk(urgency, feasibleAlone, Optional.of(end));
    }

    /** Returns the worse of two risks in each respect, for a batch that uses several models. */
    DeadlineRisk and(DeadlineRisk other) {
        return new DeadlineRisk(
                Math.max(urgency, other.urgency),
                feasibleAlone && other.feasibleAlone,
                expectedEnd
                        .map(end -> other.expectedEnd.filter(end::isBefore).orElse(end))
                        .or(() -> other.expectedEnd));
    }
}
