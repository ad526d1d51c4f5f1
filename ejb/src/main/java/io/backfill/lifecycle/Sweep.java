package io.backfill.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** One kind of things that retention removes. {@link RetentionSweep} says when, and who. */
public interface Sweep {
    /** As metrics, log and the catalog's turns name it: lower case and dashes, at most 64 characters. */
    String kind();

    /** How long after the end of a pass the next one begins, on whatever node. */
    Duration pause();

    /**
     * A pass over everything that is there.
     *
     * @param now what is over at this moment is removed
     * @param dryRun find and count, but change nothing
     */
    Pass begin(Instant now, boolean dryRun);

    /** One way through the things of a kind, by one thread. */
    @FunctionalInterface
    interface Pass {
        /**
         * Finds the next few things and removes them, in short transactions. A crash in the middle leaves things that the next
         * pass finds again.
         */
        Found next() throws IOException;
    }

    /**
     * What a piece of a pass did.
     *
     * @param things removed, or in a dry run removable
     * @param last nothing is left to do in this pass
     */
    record Found(long things, boolean last) {}
}
