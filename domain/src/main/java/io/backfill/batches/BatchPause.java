package io.backfill.batches;

import java.time.Instant;

/**
 * A batch that is not worked on until it is resumed. Its window goes on.
 *
 * @param at when it was paused, to the second
 */
public record BatchPause(Instant at, Reason reason) {
    public BatchPause {
        at = Instant.ofEpochSecond(at.getEpochSecond());
    }

    /** Why a batch is paused. */
    public enum Reason {
        /** Too many nodes died with it open. */
        CRASHED("crashed");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }
}
