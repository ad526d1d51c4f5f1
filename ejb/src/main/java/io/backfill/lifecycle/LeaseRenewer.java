package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.Outlook;
import io.backfill.batches.RequestCounts;
import io.backfill.dispatch.AbortCause;
import io.backfill.fair.Assessment;
import io.backfill.fair.DeadlineWatch;
import io.backfill.ops.LogContext;
import io.backfill.results.LogTotals;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Once a second, for every batch this node holds: renews the lease, writes the counters, and looks for a cancel or the end of the
 * window. A database that is away stops nothing here: the lease hold on its own forbids sends once it may have run out.
 */
public final class LeaseRenewer {
    private final BatchCatalog catalog;
    private final BatchLeases leases;
    private final RunningBatches running;
    private final DeadlineWatch deadlines;
    private final Duration lease;
    private final InstantSource time;
    private final LongSupplier nanoTime;

    public LeaseRenewer(
            BatchCatalog catalog,
            BatchLeases leases,
            RunningBatches running,
            DeadlineWatch deadlines,
            Duration lease,
            InstantSource time,
            LongSupplier nanoTime) {
        this.catalog = catalog;
        this.leases = leases;
        this.running = running;
        this.deadlines = deadlines;
        this.lease = lease;
        this.time = time;
        this.nanoTime = nanoTime;
    }

    /** One pass over all held batches. */
    public void renewOnce() {
        for (RunningBatch held : running.all()) {
            try (LogContext ignored = LogContext.of(held.batch())) {
                // the window's end needs no database
                if (!time.instant().isBefore(held.batch().deadline())) {
                    abort(held, AbortCause.DEADLINE);
                }
                renew(held);
            }
        }
    }

    /** Looks at one batch's row now; for a wake-up that says it is to be cancelled. */
    public void lookForCancel(RunningBatch held) {
        try (LogContext ignored = LogContext.of(held.batch())) {
            Optional<Batch> row = catalog.find(held.id());
            if (row.isPresent() && row.get().status() == BatchStatus.CANCELLING) {
                abort(held, AbortCause.CANCEL);
            }
        }
    }

    private void renew(RunningBatch held) {
        long askedAt = nanoTime.getAsLong();
        try {
            if (!leases.renew(held.id(), held.epoch(), lease)) {
                if (held.abort().trip(AbortCause.LOST_LEASE)) {
                    LOG.leaseLost(held.id().value(), held.epoch());
                }
                return;
            }
            held.lease().confirmed(askedAt, lease);
            LogTotals totals = held.totals();
            RequestCounts counts =
                    new RequestCounts(totals.completed() + totals.failed(), totals.completed(), totals.failed());
            if (counts.total() > 0) {
                catalog.recordProgress(
                        held.id(),
                        held.epoch(),
                        counts,
                        totals.completed() == 0 ? Optional.empty() : Optional.of(totals.usage()));
            }
            foresee(held);
            lookForCancel(held);
        } catch (RuntimeException databaseAway) {
            LOG.leaseNotRenewed(held.id().value(), String.valueOf(databaseAway.getMessage()));
        }
    }

    /** Says how the batch stands where that is news: every write is one more of a row that is written each second anyway. */
    private void foresee(RunningBatch held) {
        Assessment assessment = deadlines.of(held.id());
        Outlook before = held.outlook();
        Outlook now = new Outlook(held.prefixBound(), assessment.atRisk(), assessment.expectedEnd());
        if (now.isNewsAfter(before) && catalog.recordOutlook(held.id(), held.epoch(), now)) {
            held.foreseen(now);
            if (now.atRisk() && !before.atRisk()) {
                LOG.atRisk(
                        held.id().value(),
                        String.valueOf(now.expectedEnd().orElse(null)),
                        held.batch().deadline().toString());
            } else if (before.atRisk() && !now.atRisk()) {
                LOG.noLongerAtRisk(held.id().value());
            }
        }
    }

    private static void abort(RunningBatch held, AbortCause cause) {
        if (held.abort().trip(cause)) {
            LOG.aborted(held.id().value(), cause.name());
        }
    }
}
