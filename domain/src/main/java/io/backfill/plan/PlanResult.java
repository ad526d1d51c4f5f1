package io.backfill.plan;

import io.backfill.batches.LineError;
import java.util.List;

/** What came of planning. */
public sealed interface PlanResult {
    /** The plan is stored. */
    record Planned(PlanManifest manifest) implements PlanResult {}

    /** The input is refused, and why. */
    record Refused(List<LineError> errors) implements PlanResult {}

    /** Planning was told to stop; it may begin again from the start. */
    record Stopped() implements PlanResult {}
}
