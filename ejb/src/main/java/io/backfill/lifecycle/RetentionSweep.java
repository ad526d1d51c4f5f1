package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.retention.SweepLeases;
import io.backfill.retention.SweepReport;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Runs one kind of sweep whenever this node gets the sweep's lease. One node at a time runs it; if that node dies, another one
 * takes over. The lease only prevents two nodes from doing the same work. Data in use is protected independently of it.
 */
public final class RetentionSweep {
    /** Interval at which a node tries to take the lease. */
    private static final Duration ASKING = Duration.ofMinutes(1);

    /** Duration of a lease: longer than one step of a pass takes with a slow store. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    /** Delay before a failed pass is retried. */
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    /**
     * How sweeps run on this node.
     *
     * @param owner owner of leases: this process of this node
     * @param dryRun report what would be removed, but change nothing
     */
    public record Terms(SweepLeases leases, String owner, boolean dryRun, InstantSource time, SweepReport report) {
        /** Returns the terms of a sweep that every node runs for itself. */
        public Terms own() {
            return new Terms(SweepLeases.OWN, owner, dryRun, time, report);
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
        return terms.leases() == SweepLeases.OWN ? sweep.pause() : ASKING;
    }

    /**
     * Runs one pass if one is due and no other node is running it. A pass consists of short steps. The lease is renewed after
     * each step, and the pass ends if another node has taken it.
     *
     * @return the number of items removed, or removable in a dry run
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the database does not answer
     */
    public long sweepOnce() {
        if (!takeLease()) {
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
                if (!last && !takeLease()) {
                    return things;
                }
            }
            pause = sweep.pause();
            tell(things);
        } catch (IOException e) {
            LOG.passFailed("the sweep of " + kind(), String.valueOf(e.getMessage()), e);
        } finally {
            terms.leases().end(kind(), terms.owner(), pause);
        }
        return things;
    }

    private boolean takeLease() {
        return terms.leases().take(kind(), terms.owner(), LEASE);
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
