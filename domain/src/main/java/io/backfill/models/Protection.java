package io.backfill.models;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much of an engine's capacity is left to requests other than batches.
 *
 * @param required whether a replica without fresh metrics receives only one call at a time; otherwise it is not throttled
 * @param waiting length of the engine's queue at which the number of calls is reduced
 * @param runningTarget maximum number of running sequences in a replica's engine, including those of others; empty: no limit
 * @param kvUsage share of the KV cache in use at which no more calls are added
 * @param ttft time to the first token that others should see in 95 of 100 requests; empty: as short as the engine's share for batches
 *     allows
 * @param itl time between tokens that others should see in 95 of 100 cases; empty likewise
 */
public record Protection(
        boolean required,
        int waiting,
        OptionalInt runningTarget,
        double kvUsage,
        Optional<Duration> ttft,
        Optional<Duration> itl) {
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
        if (ttft.filter(target -> !target.isPositive()).isPresent()
                || itl.filter(target -> !target.isPositive()).isPresent()) {
            throw new IllegalArgumentException("ttft and itl must be positive");
        }
    }

    /** Creates a protection without target times. */
    public Protection(boolean required, int waiting, OptionalInt runningTarget, double kvUsage) {
        this(required, waiting, runningTarget, kvUsage, Optional.empty(), Optional.empty());
    }
}
