package io.backfill.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Removes one kind of items. {@link RetentionSweep} decides when and on which node. */
public interface Sweep {
    /** Name in metrics, in the log and in the catalog's leases: lower case letters and dashes, at most 64 characters. */
    String kind();

    /** Time between the end of a pass and the start of the next one, on any node. */
    Duration pause();

    /**
     * Begins a pass over all items.
     *
     * @param now items that have ended by this time are removed
     * @param dryRun find and count items, but change nothing
     */
    Pass begin(Instant now, boolean dryRun);

    /** One pass over all items of a kind. Not thread-safe. */
    @FunctionalInterface
    interface Pass {
        /**
         * Finds the next few items and removes them in short transactions. Items left by a crash are found again by the next
         * pass.
         */
        Found next() throws IOException;
    }

    /**
     * Result of one step of a pass.
     *
     * @param things number of items removed, or removable in a dry run
     * @param last whether the pass is complete
     */
    record Found(long things, boolean last) {}
}
