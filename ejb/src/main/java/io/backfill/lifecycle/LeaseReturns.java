package io.backfill.lifecycle;

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
 * Gives leases back. Where the database is away it is done later: a start that ended in order must not be taken for a node's death.
 * What is owed is forgotten with the process, whose end then counts as a death. Thread-safe.
 */
public final class LeaseReturns {
    private static final int MOST_OWED = 10_000;

    private final BatchLeases leases;
    private final BatchSupervision supervision;
    private final Queue<Owed> owed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    private record Owed(BatchId batch, long epoch, Handback how) {}

    public LeaseReturns(BatchLeases leases, BatchSupervision supervision) {
        this.leases = leases;
        this.supervision = supervision;
    }

    /**
     * Gives the lease back, now or later. A batch that another owner has taken meanwhile only loses the start that was counted here.
     *
     * @return how long the batch is left alone; zero where that is not known yet
     */
    public Duration giveBack(BatchId batch, long epoch, Handback how) {
        try {
            return giveBackNow(batch, epoch, how);
        } catch (BackfillException databaseAway) {
            if (size.incrementAndGet() <= MOST_OWED) {
                owed.add(new Owed(batch, epoch, how));
            } else {
                size.decrementAndGet();
            }
            return Duration.ZERO;
        }
    }

    /**
     * One pass, for one thread: gives back what is owed.
     *
     * @throws BackfillException when the database is still away; the rest stays owed
     */
    public void giveBackOwed() {
        for (Owed next = owed.peek(); next != null; next = owed.peek()) {
            giveBackNow(next.batch(), next.epoch(), next.how());
            owed.remove();
            size.decrementAndGet();
        }
    }

    private Duration giveBackNow(BatchId batch, long epoch, Handback how) {
        Optional<Duration> pause = leases.release(batch, epoch, how);
        if (pause.isEmpty()) {
            supervision.excuse(batch, epoch);
        }
        return pause.orElse(Duration.ZERO);
    }
}
