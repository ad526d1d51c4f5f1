package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.retention.SweepReport;
import io.backfill.retention.SweepTurns;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Does one kind of sweep whenever it is this node's turn. Any one node at a time does it; a node that dies over it is followed
 * by another. The turn is what keeps two nodes from doing the same work; that nothing is removed which is in use does not
 * depend on it.
 */
public final class RetentionSweep {
    /** How often a node asks for a turn. */
    private static final Duration ASKING = Duration.ofMinutes(1);

    /** Longer than a piece of a pass takes with a slow store. */
    private static final Duration TURN = Duration.ofMinutes(5);

    /** How soon a pass that failed is tried again. */
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    /**
     * How sweeps are done on this node.
     *
     * @param owner of turns: this boot of this node
     * @param dryRun change nothing but tell what would be removed
     */
    public record Terms(SweepTurns turns, String owner, boolean dryRun, InstantSource time, SweepReport report) {
        /** The same for what each node does for itself. */
        public Terms own() {
            return new Terms(SweepTurns.OWN, owner, dryRun, time, report);
        }
    }

    private final Sweep sweep;
    private final Terms terms;

    public RetentionSweep(Sweep sweep, Terms terms) {
        this.sweep = sweep;
        this.terms = terms;
    }

    public String kind() {
        return sweep.kind();
    }

    /** How often {@link #sweepOnce} should be called. */
    public Duration period() {
        return terms.turns() == SweepTurns.OWN ? sweep.pause() : ASKING;
    }

    /**
     * One pass, if it is time for one and nobody else is at it. Short pieces of work; before each of them the turn is asked for
     * again, and when another node has it by now, the pass ends.
     *
     * @return how many things were removed, or in a dry run would be
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the database does not answer
     */
    public long sweepOnce() {
        if (!takeTurn()) {
            return 0;
        }
        long things = 0;
        Duration pause = AFTER_FAILURE;
        try {
            Sweep.Pass pass = sweep.begin(terms.time().instant(), terms.dryRun());
            boolean last = false;
            while (!last) {
                Sweep.Found found = pass.next();
                things += found.things();
                count(found.things());
                last = found.last();
                if (!last && !takeTurn()) {
                    return things;
                }
            }
            pause = sweep.pause();
            tell(things);
        } catch (IOException e) {
            LOG.passFailed("the sweep of " + kind(), String.valueOf(e.getMessage()), e);
        } finally {
            terms.turns().end(kind(), terms.owner(), pause);
        }
        return things;
    }

    private boolean takeTurn() {
        return terms.turns().take(kind(), terms.owner(), TURN);
    }

    private void count(long things) {
        if (!terms.dryRun() && things > 0) {
            terms.report().removed(kind(), things);
        }
    }

    private void tell(long things) {
        if (terms.dryRun()) {
            terms.report().removable(kind(), things);
        }
        if (things > 0 && terms.dryRun()) {
            LOG.wouldSweep(kind(), things);
        } else if (things > 0) {
            LOG.swept(kind(), things);
        }
    }
}
