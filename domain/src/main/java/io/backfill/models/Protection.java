package io.backfill.models;

import java.util.OptionalInt;

/**
 * How much of an engine batches leave to others, by what it says of itself.
 *
 * @param required without fresh metrics only one call at a time is sent to an endpoint; otherwise one that has none is not throttled
 * @param waiting requests in the engine's queue from which on there are too many calls
 * @param runningTarget sequences that may run in an endpoint's engine, others' included; empty: no such ceiling
 * @param kvUsage share of the KV cache in use from which on no more calls are added
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
