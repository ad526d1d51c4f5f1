package io.backfill.retention;

import java.time.Duration;

/**
 * SPI that decides which node runs a sweep and when. The leases are rows of the catalog, evaluated by the database's clock. A
 * sweep has at most one owner at a time, unless an owner's processing of one piece takes longer than its lease. Every method
 * runs in one short transaction of its own. If the database does not respond, the method throws
 * {@link io.backfill.errors.BackfillException} with code {@code UNAVAILABLE}.
 */
public interface SweepLeases {
    /** Leases for sweeps that each node runs for itself. */
    SweepLeases OWN = new SweepLeases() {
        @Override
        public boolean take(String sweep, String owner, Duration length) {
            return true;
        }

        @Override
        public void end(String sweep, String owner, Duration pause) {
            // there are no other owners
        }
    };

    /**
     * Takes a lease, or extends it if the owner already has it. Atomic: of several concurrent callers at most one receives the
     * lease. After a crash another owner can take it when {@code length} has elapsed.
     *
     * @return true if the owner has the lease from now on for {@code length}; false during a pause or while another owner has it
     */
    boolean take(String sweep, String owner, Duration length);

    /** Ends the owner's lease. No owner can take the sweep for {@code pause}. Does nothing if another owner has the lease by now. */
    void end(String sweep, String owner, Duration pause);
}
