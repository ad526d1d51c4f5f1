package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchStatus;
import io.backfill.dispatch.AbortCause;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Once a second, renews the leases of all batches that this node holds with a single call, and checks for cancels, pauses and
 * deadlines. Writes nothing else, so that a slow row does not delay a renewal. An unavailable database does not abort a batch
 * here: its lease hold forbids sends on its own once the lease may have run out.
 */
public final class LeaseRenewer {
    private final BatchCatalog catalog;
    private final BatchLeases leases;
    private final RunningBatches running;
    private final Duration lease;
    private final InstantSource time;
    private final LongSupplier nanoTime;

    public LeaseRenewer(
            BatchCatalog catalog,
            BatchLeases leases,
            RunningBatches running,
            Duration lease,
            InstantSource time,
            LongSupplier nanoTime) {
        this.catalog = catalog;
        this.leases = leases;
        this.running = running;
        this.lease = lease;
        this.time = time;
        this.nanoTime = nanoTime;
    }

    /** One pass over all held batches. */
    public void renewOnce() {
        List<RunningBatch> all = running.all();
        for (RunningBatch held : all) {
            // detecting the deadline does not require the database
            if (!time.instant().isBefore(held.batch().deadline())) {
                abort(held, AbortCause.DEADLINE);
            }
        }
        if (!all.isEmpty()) {
            renew(all);
        }
    }

    /** Reads the row of one batch at once; for a wake-up about an order. */
    public void lookForOrder(RunningBatch held) {
        Optional<Batch> row = catalog.find(held.id());
        if (row.isPresent() && row.get().status() == BatchStatus.CANCELLING) {
            abort(held, AbortCause.CANCEL);
        }
        if (row.filter(Batch::isHeldBack).isPresent()) {
            abort(held, AbortCause.PAUSE);
        }
        row.ifPresent(batch -> held.steer(batch.steering()));
    }

    private void renew(List<RunningBatch> all) {
        Map<BatchId, Long> epochs = new HashMap<>();
        all.forEach(held -> epochs.put(held.id(), held.epoch()));
        long askedAt = nanoTime.getAsLong();
        BatchLeases.Renewal renewal;
        try {
            renewal = leases.renewAll(epochs, lease);
        } catch (RuntimeException databaseAway) {
            LOG.leasesNotRenewed(all.size(), String.valueOf(databaseAway.getMessage()));
            return;
        }
        for (RunningBatch held : all) {
            if (renewal.renewed().contains(held.id())) {
                held.lease().confirmed(askedAt, lease);
            } else if (renewal.lost().contains(held.id())
                    && running.find(held.id(), held.epoch()).isPresent()) {
                // otherwise its lease was released meanwhile
                held.abort().trip(AbortCause.LOST_LEASE);
            }
            if (renewal.cancelling().contains(held.id())) {
                abort(held, AbortCause.CANCEL);
            }
            if (renewal.paused().contains(held.id())) {
                abort(held, AbortCause.PAUSE);
            }
            Optional.ofNullable(renewal.steering().get(held.id())).ifPresent(held::steer);
        }
    }

    private static void abort(RunningBatch held, AbortCause cause) {
        if (held.abort().trip(cause)) {
            try (LogContext _ = LogContext.of(held.batch())) {
                LOG.aborted(held.id().value(), cause.name());
            }
        }
    }
}
