package io.backfill.models;

import java.util.OptionalInt;

/**
 * How much of an engine's capacity is left to requests other than batches, based on the engine's metrics.
 *
 * @param required whether a replica without fresh metrics receives only one call at a time; otherwise it is not throttled
 * @param waiting length of the engine's queue at which the number of calls is reduced
 * @param runningTarget maximum number of running sequences in a replica's engine, including those of others; empty: no limit
 * @param kvUsage share of the KV cache in use at which no more calls are added
 */
public record Protection(boolean required, int waiting, OptionalInt runningTarget, double kvUsage) {
    public static final Protection DEFAULT = new Protection(false, 1, OptionalInt.empty(), 0.8);

    public Protection {
        if (waiting < 1 || waiting > 10_000) {
            throw new IllegalArgumentException("waiting must be 1 to 10000, not " + waiting);
        }
        if (runningTarget.isPresent() && runningTarget.getAsInt() < 1) {
            throw new IllegalArgumentException("running-target must be positive");
        }
        if (!(kvUsage > 0 && kvUsage <= 1)) {
            throw new IllegalArgumentException("kv-usage must be above 0 and at most 1, not " + kvUsage);
        }
    }
}
