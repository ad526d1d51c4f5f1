package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchStatus;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchQueue;
import io.backfill.run.BatchRunner;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Takes leases of waiting batches while there are threads for them, and starts their jobs. Best first, as the queue says; the
 * lease in the row decides.
 */
public final class ClaimLoop {
    private static final int CANDIDATES = 32;

    private final BatchQueue queue;
    private final BatchLeases leases;
    private final RunningBatches running;
    private final BatchRunner runner;
    private final CapturedHeaders headers;
    private final Pauses pauses;
    private final Solitude solitude;
    private final LeaseReturns returns;
    private final Claims claims;

    /** How claims are made: by whom, for how long, by which clocks. */
    public record Claims(String owner, JobsConfig config, InstantSource time, LongSupplier nanoTime) {}

    private volatile boolean stopped;

    public ClaimLoop(
            BatchQueue queue,
            BatchLeases leases,
            RunningBatches running,
            BatchRunner runner,
            CapturedHeaders headers,
            Pauses pauses,
            Solitude solitude,
            LeaseReturns returns,
            Claims claims) {
        this.queue = queue;
        this.leases = leases;
        this.running = running;
        this.runner = runner;
        this.headers = headers;
        this.pauses = pauses;
        this.solitude = solitude;
        this.returns = returns;
        this.claims = claims;
    }

    /** One pass: claims and starts what fits. Returns how many. */
    public int claimOnce() {
        if (stopped) {
            return 0;
        }
        long askedAt = claims.nanoTime().getAsLong();
        Optional<Batch> suspect = solitude.claim();
        suspect.ifPresent(batch -> begin(batch, askedAt));
        if (solitude.closed()) {
            return suspect.isPresent() ? 1 : 0;
        }
        int claimed = 0;
        for (BatchId candidate : queue.next(CANDIDATES)) {
            if (stopped || freeThreads() < 1 + claims.config().maxModels()) {
                break;
            }
            if (running.find(candidate).isEmpty() && !pauses.pausing(candidate) && claim(candidate)) {
                claimed++;
            }
        }
        return claimed;
    }

    /** No claim after this; for shutdown. */
    public void stop() {
        stopped = true;
    }

    private int freeThreads() {
        return claims.config().threads()
                - running.all().stream().mapToInt(RunningBatch::threads).sum();
    }

    private boolean claim(BatchId candidate) {
        long askedAt = claims.nanoTime().getAsLong();
        Optional<Batch> claimed =
                leases.claim(candidate, claims.owner(), claims.config().lease());
        queue.remove(candidate);
        if (claimed.isEmpty()) {
            return false;
        }
        begin(claimed.get(), askedAt);
        return true;
    }

    private void begin(Batch batch, long askedAt) {
        try (LogContext ignored = LogContext.of(batch)) {
            LOG.claimed(
                    batch.id().value(), batch.lease().epoch(), batch.status().wireName());
            start(batch, askedAt);
        }
    }

    private void start(Batch batch, long askedAt) {
        LeaseHold hold =
                new LeaseHold(claims.nanoTime(), askedAt, claims.config().lease());
        AbortSignal abort = new AbortSignal(claims.nanoTime());
        if (batch.status() == BatchStatus.CANCELLING) {
            abort.trip(AbortCause.CANCEL);
        } else if (batch.status() != BatchStatus.FINALIZING
                && (!claims.time().instant().isBefore(batch.deadline()) || onlySettles(batch))) {
            abort.trip(AbortCause.DEADLINE);
        }
        Optional<RunningBatch> entry = Optional.empty();
        try {
            // a batch that only has to be settled sends nothing: it must not fail for want of a key
            Map<String, String> opened = abort.isTripped() ? Map.of() : headers.open(batch);
            RunningBatch started = new RunningBatch(
                    batch, opened, hold, abort, 1 + claims.config().maxModels());
            entry = Optional.of(started);
            solitude.prepare(started);
            running.add(started);
            runner.start(batch.id(), batch.lease().epoch());
        } catch (RuntimeException e) {
            LOG.notStarted(batch.id().value(), String.valueOf(e.getMessage()), e);
            entry.ifPresent(running::remove);
            pauses.failed(batch.id());
            returns.giveBack(batch.id(), batch.lease().epoch());
        }
    }

    /** Its window has ended by the database's clock, or an operator ends it: nothing of it may be sent, whatever the clock here says. */
    private static boolean onlySettles(Batch batch) {
        return batch.pause().isPresent() || batch.supervision().settle();
    }
}
