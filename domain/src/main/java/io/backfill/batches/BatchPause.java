package io.backfill.batches;

import java.time.Instant;

/**
 * A pause of a batch: no node works on it until it is resumed. Its window continues to run.
 *
 * @param at when the batch was paused, to the second
 */
public record BatchPause(Instant at, Reason reason) {
    public BatchPause {
        at = Instant.ofEpochSecond(at.getEpochSecond());
    }

    /** Why a batch is paused. */
    public enum Reason {
        /** Too many nodes died while they ran it. */
        CRASHED("crashed"),
        /** Its owner paused it. */
        USER("user"),
        /** It has used its token budget. */
        BUDGET("budget"),
        /** An operator paused it. */
        OPERATOR("operator");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        /** Whether the owner of the batch may end the pause. */
        public boolean endsByOwner() {
            return this == USER || this == BUDGET;
        }
    }
}
