package io.backfill.plan;

import io.backfill.batches.LineError;

/** Result of {@link PlanInputs#prepare}. */
public sealed interface PreparedInput {
    /** The blob {@code key} holds the uncompressed lines. */
    record Ready(String key) implements PreparedInput {}

    /** The input file cannot be decompressed within the limits. */
    record Refused(LineError error) implements PreparedInput {}

    /** Decompression was stopped. It can be restarted from the beginning. */
    record Stopped() implements PreparedInput {}
}
