package io.backfill.retention;

import java.time.Duration;

/**
 * SPI: which node does a sweep, and when it is done next; rows of the catalog, judged by the database's clock. At most one
 * owner has a sweep at a time, unless it took longer over a piece of it than its turn lasts. Every method is one short
 * transaction of its own; a database that does not answer shows as {@link io.backfill.errors.BackfillException} {@code
 * UNAVAILABLE}.
 */
public interface SweepTurns {
    /** For what each node does for itself. */
    SweepTurns OWN = new SweepTurns() {
        @Override
        public boolean take(String sweep, String owner, Duration length) {
            return true;
        }

        @Override
        public void end(String sweep, String owner, Duration pause) {
            // nobody else is kept from it
        }
    };

    /**
     * Begins a sweep, or goes on with it. Atomic: of many that ask at once at most one gets it. After a crash in the middle
     * somebody else gets it when {@code length} is over.
     *
     * @return true when the owner has it from now on for {@code length}; false while it pauses, or another owner has it
     */
    boolean take(String sweep, String owner, Duration length);

    /** Ends the owner's turn: nobody gets the sweep for {@code pause}. Changes nothing when another owner has it by now. */
    void end(String sweep, String owner, Duration pause);
}
