package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.Handback;
import io.backfill.batches.HeaderVault;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchQueue;
import io.backfill.run.BatchRunner;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.traces.BatchTraces;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Acquires the lease of a batch and starts its job. If the job cannot be started, the lease is released, and the batch is
 * queued behind others after a pause.
 */
public final class JobStarter {
    private final BatchLeases leases;
    private final BatchQueue queue;
    private final RunningBatches running;
    private final BatchRunner runner;
    private final HeaderVault vault;
    private final LeaseReleases returns;
    private final SuspectIsolation isolation;
    private final BatchTraces traces;
    private final Claims claims;

    /** Parameters of claims: owner, duration and clocks. */
    public record Claims(String owner, Duration lease, InstantSource time, LongSupplier nanoTime) {}

    public JobStarter(
            BatchLeases leases,
            BatchQueue queue,
            RunningBatches running,
            BatchRunner runner,
            HeaderVault vault,
            LeaseReleases returns,
            SuspectIsolation isolation,
            BatchTraces traces,
            Claims claims) {
        this.leases = leases;
        this.queue = queue;
        this.running = running;
        this.runner = runner;
        this.vault = vault;
        this.returns = returns;
        this.isolation = isolation;
        this.traces = traces;
        this.claims = claims;
    }

    /**
     * Claims the batch and starts its job.
     *
     * @param prepare prepares the batch before its job is started
     * @return the running batch; empty when it could not be claimed or started
     */
    Optional<RunningBatch> claim(BatchId candidate, Consumer<RunningBatch> prepare) {
        long askedAt = claims.nanoTime().getAsLong();
        Optional<Batch> claimed = leases.claim(candidate, claims.owner(), claims.lease());
        queue.remove(candidate);
        if (claimed.isEmpty()) {
            LOG.debugf("Batch %s is not claimed: another node has claimed it, or it pauses or has ended", candidate);
        }
        return claimed.flatMap(batch -> begin(batch, askedAt, prepare));
    }

    /** Returns whether the node can still release what it claims. */
    boolean mayClaim() {
        return !returns.areMany();
    }

    long nanoTime() {
        return claims.nanoTime().getAsLong();
    }

    /** Starts the job of a claimed batch, as {@link #claim} does. */
    Optional<RunningBatch> begin(Batch batch, long askedAt, Consumer<RunningBatch> prepare) {
        try (LogContext _ = LogContext.of(batch)) {
            LOG.claimed(
                    batch.id().value(), batch.lease().epoch(), batch.status().wireName());
            return traces.within(BatchTraces.Step.CLAIM, batch, span -> {
                span.note("epoch", batch.lease().epoch());
                span.note("status", batch.status().wireName());
                Optional<RunningBatch> started = start(batch, askedAt, prepare);
                if (started.isEmpty()) {
                    span.failed("not_started");
                }
                return started;
            });
        }
    }

    private Optional<RunningBatch> start(Batch batch, long askedAt, Consumer<RunningBatch> prepare) {
        LeaseHold hold = new LeaseHold(claims.nanoTime(), askedAt, claims.lease());
        AbortSignal abort = new AbortSignal(claims.nanoTime());
        abort.onTrip(() -> logIfLost(batch, abort));
        if (batch.status() == BatchStatus.CANCELLING) {
            abort.trip(AbortCause.CANCEL);
        } else if (batch.status() != BatchStatus.FINALIZING
                && (!claims.time().instant().isBefore(batch.deadline()) || onlySettles(batch))) {
            abort.trip(AbortCause.DEADLINE);
        }
        abort.cause().ifPresent(cause -> LOG.debugf("Batch %s only gets its result files: %s", batch.id(), cause));
        Optional<RunningBatch> entry = Optional.empty();
        try {
            // a batch that only has to be settled sends nothing, so a missing key must not fail it
            Map<String, String> opened = abort.isTripped() ? Map.of() : vault.open(batch);
            RunningBatch started = new RunningBatch(batch, opened, hold, abort);
            entry = Optional.of(started);
            prepare.accept(started);
            isolation.prepare(started);
            running.add(started);
            runner.start(batch.id(), batch.lease().epoch());
            return entry;
        } catch (RuntimeException e) {
            LOG.notStarted(batch.id().value(), String.valueOf(e.getMessage()), e);
            entry.ifPresent(running::remove);
            returns.giveBack(batch.id(), batch.lease().epoch(), new Handback(List.of(), Handback.Turn.PAUSED));
            return Optional.empty();
        }
    }

    /** Logs a lost lease, whether a renewal, a call or a write of the row notices it first. */
    private static void logIfLost(Batch batch, AbortSignal abort) {
        if (abort.cause().equals(Optional.of(AbortCause.LOST_LEASE))) {
            try (LogContext _ = LogContext.of(batch)) {
                LOG.leaseLost(batch.id().value(), batch.lease().epoch());
            }
        }
    }

    /**
     * Whether nothing of the batch may be sent, whatever the clock of this node: its window has ended by the database's
     * clock, or an operator settles it.
     */
    private static boolean onlySettles(Batch batch) {
        return batch.pause().isPresent() || batch.supervision().settle();
    }
}
