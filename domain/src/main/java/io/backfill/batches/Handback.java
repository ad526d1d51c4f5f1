package io.backfill.batches;

import java.time.Duration;
import java.util.List;

/**
 * How a batch returns to the queue.
 *
 * @param left remaining work by model; empty if it is unknown or there is none. Such a batch is claimed to be examined and does not
 *     wait for a model
 */
public record Handback(List<ModelWork> left, Turn turn) {
    /** Nothing is known about the batch, except that it has not ended. */
    public static final Handback UNKNOWN = new Handback(List.of(), Turn.KEPT);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** The position of the batch among the batches of its tenant. */
    public enum Turn {
        /** The same as if it had never left the queue. */
        KEPT,
        /** Behind the batches that wait now, because it had its turn. */
        BEHIND,
        /** Behind the others and after a pause, because it failed. The pause doubles with each consecutive failure. */
        PAUSED,
        /** As for a failure, but the pause starts at its minimum, because lines were finished before the failure. */
        PAUSED_AFTER_PROGRESS
    }

    public Handback {
        left = List.copyOf(left);
    }

    /** Returns the number of consecutive failures including this one; 0 if it did not fail. */
    public int failures(int before) {
        return switch (turn) {
            case KEPT, BEHIND -> 0;
            case PAUSED -> before + 1;
            case PAUSED_AFTER_PROGRESS -> 1;
        };
    }

    /** Returns how long the batch is not claimed after that many consecutive failures: one second, doubling up to a minute. */
    public static Duration pause(int failures) {
        if (failures < 1) {
            return Duration.ZERO;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 6));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
