package io.backfill.batches;

import java.time.Duration;
import java.util.List;

/**
 * How a batch goes back into the queue.
 *
 * @param left what is left to do, by model; empty where that is not known, or nothing is: then the batch is looked at, not
 *     waited for by a model
 */
public record Handback(List<ModelWork> left, Turn turn) {
    /** Nothing is known of the batch but that it is open. */
    public static final Handback UNKNOWN = new Handback(List.of(), Turn.KEPT);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Where it goes among the batches of its tenant. */
    public enum Turn {
        /** As if it had never left. */
        KEPT,
        /** Behind those that wait now; it had its turn. */
        BEHIND,
        /** It failed: behind the others, and after a pause that doubles with each failure in a row. */
        PAUSED,
        /** It failed, but lines were finished before: the pause begins anew. */
        PAUSED_AFTER_PROGRESS
    }

    public Handback {
        left = List.copyOf(left);
    }

    /** Failures in a row after this one; 0 when it did not fail. */
    public int failures(int before) {
        return switch (turn) {
            case KEPT, BEHIND -> 0;
            case PAUSED -> before + 1;
            case PAUSED_AFTER_PROGRESS -> 1;
        };
    }

    /** How long the batch is left alone after so many failures in a row: a second, doubled up to a minute. */
    public static Duration pause(int failures) {
        if (failures < 1) {
            return Duration.ZERO;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 6));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
