package io.backfill.results.directory;

import java.time.Duration;

/**
 * When appended lines are forced to disk. They survive the death of the process in any case; this is about the death of the
 * machine, and on a network folder about what another node can see.
 *
 * @param each before every append returns, many appends with one force; otherwise once per interval
 * @param interval between two forces and two recorded checkpoints
 */
public record ForcePolicy(boolean each, Duration interval) {
    /** Once a second. */
    public static final ForcePolicy SECOND = new ForcePolicy(false, Duration.ofSeconds(1));

    /** Before every append returns. */
    public static final ForcePolicy EACH = new ForcePolicy(true, Duration.ofSeconds(1));

    public ForcePolicy {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("the interval between forces must be positive, not " + interval);
        }
    }

    /** The policy that {@code backfill.files.force} names. */
    public static ForcePolicy named(String name) {
        return switch (name) {
            case "each" -> EACH;
            case "second" -> SECOND;
            default -> throw new IllegalArgumentException("backfill.files.force must be each or second, not " + name);
        };
    }
}
