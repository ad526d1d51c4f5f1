package io.backfill.results.directory;

import java.time.Duration;

/**
 * When appended lines are forced to disk. Appended lines always survive the death of the process. The policy decides what survives
 * the death of the machine and, on a network folder, what other nodes can see.
 *
 * @param each true to force before every append returns, with one force for concurrent appends; false to force once per interval
 * @param interval time between two forces and between two recorded checkpoints
 */
public record ForcePolicy(boolean each, Duration interval) {
    /** Forces once a second. */
    public static final ForcePolicy SECOND = new ForcePolicy(false, Duration.ofSeconds(1));

    /** Forces before every append returns. */
    public static final ForcePolicy EACH = new ForcePolicy(true, Duration.ofSeconds(1));

    public ForcePolicy {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("the interval between forces must be positive, not " + interval);
        }
    }

    /** Returns the policy for a value of {@code backfill.files.force}. */
    public static ForcePolicy named(String name) {
        return switch (name) {
            case "each" -> EACH;
            case "second" -> SECOND;
            default -> throw new IllegalArgumentException("backfill.files.force must be each or second, not " + name);
        };
    }
}
