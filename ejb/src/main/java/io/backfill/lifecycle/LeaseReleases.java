package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.Handback;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Releases leases. If the database is unavailable, the release is repeated later, because an execution that ended in order
 * must not be counted as the death of a node. None is dropped; instead the node claims nothing while too many are pending. When the
 * process ends, pending releases are lost: their leases expire, and that counts as a death. Thread-safe.
 */
public final class LeaseReleases {
    private static final int MANY_OWED = 10_000;

    private final BatchLeases leases;
    private final BatchSupervision supervision;
    private final Queue<Owed> owed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    private record Owed(BatchId batch, long epoch, Handback how) {}

    public LeaseReleases(BatchLeases leases, BatchSupervision supervision) {
        this.leases = leases;
        this.supervision = supervision;
    }

    /**
     * Releases the lease, now or later. If another owner has claimed the batch meanwhile, only the start counted for this
     * execution is cleared.
     *
     * @return how long the batch pauses before it may be claimed again; zero if not known yet
     */
    public Duration giveBack(BatchId batch, long epoch, Handback how) {
        try {
            return giveBackNow(batch, epoch, how);
        } catch (BackfillException databaseAway) {
            size.incrementAndGet();
            owed.add(new Owed(batch, epoch, how));
            LOG.debugf("The lease of batch %s is released later: %s", batch, databaseAway.getMessage());
            return Duration.ZERO;
        }
    }

    /** Returns whether so many releases are pending that the node must not claim batches. */
    boolean areMany() {
        return size.get() >= MANY_OWED;
    }

    /**
     * One pass: performs the pending releases. One that fails moves to the end, so that it does not hold up the others. Not
     * thread-safe.
     *
     * @throws BackfillException when the database is still unavailable; the remaining releases stay pending
     */
    public void giveBackOwed() {
        for (Owed next = owed.peek(); next != null; next = owed.peek()) {
            boolean released = false;
            try {
                giveBackNow(next.batch(), next.epoch(), next.how());
                released = true;
            } finally {
                owed.remove();
                if (released) {
                    size.decrementAndGet();
                } else {
                    owed.add(next);
                }
            }
        }
    }

    private Duration giveBackNow(BatchId batch, long epoch, Handback how) {
        Optional<Duration> pause = leases.release(batch, epoch, how);
        if (pause.isEmpty()) {
            LOG.debugf("The lease of batch %s (epoch %d) was lost before it was released", batch, epoch);
            supervision.excuse(batch, epoch);
        }
        return pause.orElse(Duration.ZERO);
    }
}
