package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.dispatch.AbortCause;
import io.backfill.errors.BackfillException;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.ops.LogContext;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.run.JobEnds;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * After an execution: a batch that reached its end gives its folder and its place in the queue back; any other gives its lease
 * back, and somebody goes on with it. A database that is away here costs one lease length at most.
 */
public final class JobEndings implements JobEnds {
    private final BatchCatalog catalog;
    private final LeaseReturns returns;
    private final RunningBatches running;
    private final BatchQueue queue;
    private final BatchEvents events;
    private final FileStore store;
    private final Pauses pauses;

    public JobEndings(
            BatchCatalog catalog,
            LeaseReturns returns,
            RunningBatches running,
            BatchQueue queue,
            BatchEvents events,
            FileStore store,
            Pauses pauses) {
        this.catalog = catalog;
        this.returns = returns;
        this.running = running;
        this.queue = queue;
        this.events = events;
        this.store = store;
        this.pauses = pauses;
    }

    @Override
    public void ended(BatchId batch, long epoch, String exitStatus) {
        Optional<RunningBatch> held = running.find(batch, epoch);
        if (held.isEmpty()) {
            return;
        }
        try (LogContext ignored = LogContext.of(held.get().batch())) {
            Optional<Batch> row = catalog.find(batch);
            if (row.isEmpty() || row.get().status().terminal()) {
                LOG.jobEnded(batch.value(), exitStatus);
                pauses.ended(batch);
                queue.remove(batch);
                store.deleteFolder(Batch.folder(batch));
            } else {
                handBack(held.get(), row.get(), exitStatus);
            }
        } catch (BackfillException databaseAway) {
            LOG.passFailed("the end of batch " + batch, String.valueOf(databaseAway.getMessage()), databaseAway);
            pauses.failed(batch);
            running.remove(held.get());
            returns.giveBack(batch, epoch);
        } catch (IOException | RuntimeException e) {
            LOG.passFailed("the end of batch " + batch, String.valueOf(e.getMessage()), e);
            pauses.failed(batch);
        } finally {
            running.remove(held.get());
            // its threads are free
            events.publish(new Wakeup.Work());
        }
    }

    private void handBack(RunningBatch held, Batch row, String exitStatus) {
        boolean lost = held.abort().cause().equals(Optional.of(AbortCause.LOST_LEASE));
        boolean yielded = held.abort().cause().equals(Optional.of(AbortCause.YIELD));
        Duration pause = yielded ? Duration.ZERO : pauses.failed(held.id());
        LOG.handedBack(held.id().value(), pause.toString(), exitStatus);
        // first, or the renewer would find the released lease and call it lost
        running.remove(held);
        returns.giveBack(held.id(), held.epoch());
        if (!lost) {
            queue.offer(row);
        }
    }
}
