package io.backfill.plan;

import io.backfill.batches.LineError;
import java.util.List;

/** Result of planning. */
public sealed interface PlanResult {
    /** The plan is stored. */
    record Planned(PlanManifest manifest) implements PlanResult {}

    /** The input was rejected for these errors. */
    record Refused(List<LineError> errors) implements PlanResult {}

    /** Planning was stopped. It can be restarted from the beginning. */
    record Stopped() implements PlanResult {}
}
