package io.backfill.job.dispatch;

import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileStore;
import io.backfill.job.InferenceJobParameters;
import io.backfill.offload.IndexRanges;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.run.PartitionOpener;
import io.backfill.run.PartitionRun;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jberet.creation.ArtifactCreationContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the plan of one partition: returns entries while the window has room, a tick while it has none, and null at the end.
 * After a crash, the position is recovered from the result log and not from the runtime's checkpoint.
 */
@Named
@Dependent
public class PlanReader implements ItemReader {
    @Inject
    @BatchProperty
    private String batch;

    @Inject
    @BatchProperty
    private String epoch;

    /**
     * Partitions of the plan, in the format of {@link IndexRanges}: one, or all shards of a model, which are then processed
     * one after the other.
     */
    @Inject
    @BatchProperty
    private String partition;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private PartitionOpener partitions;

    @Inject
    private FileStore store;

    @Inject
    private StepContext context;

    /** Empty when this execution does not hold the lease or only settles the batch; nothing is read then. */
    private Optional<PartitionWork> work = Optional.empty();

    private final Deque<Integer> later = new ArrayDeque<>();

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        Optional<RunningBatch> held = runningBatches.find(parameters.batch(), parameters.epoch());
        if (held.isEmpty() || held.get().batch().supervision().settle()) {
            // nothing is sent for a batch that is settled, and a damaged log must not be opened
            return;
        }
        RunningBatch running = held.get();
        try {
            PlanManifest manifest = new PlanStore(store).require(running.id());
            later.addAll(IndexRanges.parse(partition));
            PartitionRun run = partitions.open(running, manifest, later.remove());
            partitions.lookAhead(running, later);
            work = Optional.of(new PartitionWork(run, running, manifest));
            context.setTransientUserData(work.get());
            running.showProgress();
        } catch (IOException | RuntimeException e) {
            fail(running, e);
            throw e;
        }
    }

    @Override
    public @Nullable Object readItem() throws IOException {
        if (work.isEmpty()) {
            return null;
        }
        try {
            PartitionRun.Next next = work.get().run().next();
            while (next instanceof PartitionRun.Next.End) {
                if (later.isEmpty() || work.get().run().aborted()) {
                    work.get().announceWrite();
                    return null;
                }
                next = openNext(work.get()).next();
            }
            return next;
        } catch (IOException | RuntimeException e) {
            fail(work.get().running(), e);
            throw e;
        }
    }

    private PartitionRun openNext(PartitionWork current) throws IOException {
        current.run().close();
        PartitionRun opened = partitions.open(current.running(), current.manifest(), later.remove());
        current.goOnWith(opened);
        return opened;
    }

    /** Returns no checkpoint, because the result log has the position. */
    @Override
    public @Nullable Serializable checkpointInfo() {
        return null;
    }

    @Override
    public void close() throws IOException {
        try {
            if (work.isPresent()) {
                try {
                    work.get().run().close();
                } finally {
                    work.get().running().ended(work.get().run().model());
                }
            }
        } finally {
            // The runtime forgets this only in the thread of the job, so a thread of a partition would keep the
            // application's classes
            // after an undeployment. It closes the reader last.
            ArtifactCreationContext.removeCurrentArtifactCreationContext();
        }
    }

    /** Aborts all partitions when one fails: the whole execution must start again. */
    private static void fail(RunningBatch running, Exception e) {
        running.failed(e);
        running.abort().trip(AbortCause.BROKEN_STORAGE);
    }
}
