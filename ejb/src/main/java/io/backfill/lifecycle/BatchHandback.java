package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.Handback;
import io.backfill.batches.ModelWork;
import io.backfill.batches.RequestCounts;
import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.results.LogTotals;
import io.backfill.run.JobEndObserver;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Handles the end of an execution. A batch that has ended is removed from the queue and its folder is deleted; for any other
 * batch, the lease is released so that another execution can resume it. An unavailable database delays this by one lease
 * length at most.
 */
public final class BatchHandback implements JobEndObserver {
    private final BatchCatalog catalog;
    private final LeaseReleases returns;
    private final RunningBatches running;
    private final BatchQueue queue;
    private final BatchEvents events;
    private final FileStore store;
    private final SpentBudgets spent;

    public BatchHandback(
            BatchCatalog catalog,
            LeaseReleases returns,
            RunningBatches running,
            BatchQueue queue,
            BatchEvents events,
            FileStore store,
            SpentBudgets spent) {
        this.catalog = catalog;
        this.returns = returns;
        this.running = running;
        this.queue = queue;
        this.events = events;
        this.store = store;
        this.spent = spent;
    }

    @Override
    public void ended(BatchId batch, long epoch, String exitStatus) {
        // a node that stops closes its catalog after this
        running.end(() -> running.find(batch, epoch).ifPresent(held -> ended(held, exitStatus)));
    }

    private void ended(RunningBatch held, String exitStatus) {
        BatchId batch = held.id();
        try (LogContext _ = LogContext.of(held.batch())) {
            Optional<Batch> row = catalog.find(batch);
            if (row.isEmpty() || row.get().status().terminal()) {
                LOG.jobEnded(batch.value(), exitStatus);
                queue.remove(batch);
                store.deleteFolder(Batch.folder(batch));
            } else {
                handBack(held, row.get(), exitStatus);
            }
        } catch (RuntimeException e) {
            LOG.passFailed("the end of batch " + batch, String.valueOf(e.getMessage()), e);
            running.remove(held);
            // a lease that runs out would count as the death of a node
            returns.giveBack(batch, held.epoch(), new Handback(held.left(), turn(held)));
        } catch (IOException folderStays) {
            LOG.passFailed("the end of batch " + batch, String.valueOf(folderStays.getMessage()), folderStays);
        } finally {
            running.remove(held);
            // the threads of the job are free now
            events.publish(new Wakeup.Work());
        }
    }

    private void handBack(RunningBatch held, Batch row, String exitStatus) {
        // before the release, because the batch could be claimed again; if this fails, its next owner finds the budget
        // used up
        spent.pauseOnce(held);
        boolean lost = held.abort().cause().equals(Optional.of(AbortCause.LOST_LEASE));
        recordProgress(held);
        // must precede the release, because the renewer would report the released lease as lost
        running.remove(held);
        Handback how = new Handback(held.left(), lost ? Handback.Turn.KEPT : turn(held));
        Duration pause = returns.giveBack(held.id(), held.epoch(), how);
        LOG.debugf(
                "Batch %s returns to the queue as %s: stopped by %s, %d lines left",
                held.id(),
                how.turn(),
                held.abort().cause().map(AbortCause::name).orElse(held.isWaiting() ? "lack of a place" : "a failure"),
                how.left().stream().mapToInt(ModelWork::lines).sum());
        if (how.turn() == Handback.Turn.KEPT || how.turn() == Handback.Turn.BEHIND) {
            LOG.waits(held.id().value(), how.left().size(), exitStatus);
        } else {
            LOG.handedBack(held.id().value(), pause.toString(), exitStatus);
        }
        if (how.left().isEmpty() && pause.isZero()) {
            queue.offer(row);
        }
    }

    /** Writes the counts of the last second, because a batch may wait long before another node writes them. */
    private void recordProgress(RunningBatch held) {
        if (held.hasProgress()) {
            LogTotals done = held.totals();
            catalog.recordProgress(
                    held.id(),
                    held.epoch(),
                    new RequestCounts(done.completed() + done.failed(), done.completed(), done.failed()),
                    done.completed() == 0 ? Optional.empty() : Optional.of(done.usage()));
        }
    }

    /** An execution that was stopped in an orderly way is not a failure, and causes no pause. */
    private static Handback.Turn turn(RunningBatch held) {
        if (held.leftOrderly()) {
            boolean hadItsTurn = held.abort().cause().equals(Optional.of(AbortCause.YIELD));
            return hadItsTurn ? Handback.Turn.BEHIND : Handback.Turn.KEPT;
        }
        return held.hasProgress() ? Handback.Turn.PAUSED_AFTER_PROGRESS : Handback.Turn.PAUSED;
    }
}
