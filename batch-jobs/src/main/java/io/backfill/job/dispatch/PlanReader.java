package io.backfill.job.dispatch;

import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileStore;
import io.backfill.job.InferenceJobParameters;
import io.backfill.offload.IndexRanges;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.Planner;
import io.backfill.run.PartitionRun;
import io.backfill.run.PartitionRuns;
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
import org.jspecify.annotations.Nullable;

/**
 * Streams the plan of one partition: entries while the window has room, a tick while it has none, null at the end. Where a
 * crashed execution stopped is known by the result log, not by the runtime's checkpoint.
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

    /** Partitions of the plan, as {@link IndexRanges} writes them: one, or all shards of a model, which then run one after the other. */
    @Inject
    @BatchProperty
    private String partition;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private PartitionRuns partitions;

    @Inject
    private FileStore store;

    @Inject
    private StepContext context;

    /** Absent when this execution is not the lease holder's: there is nothing to read then. */
    private Optional<PartitionWork> work = Optional.empty();

    private final Deque<Integer> later = new ArrayDeque<>();

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        Optional<RunningBatch> held = runningBatches.find(parameters.batch(), parameters.epoch());
        if (held.isEmpty() || held.get().batch().supervision().settle()) {
            // nothing is sent, and a damaged log must not be opened
            return;
        }
        RunningBatch running = held.get();
        try {
            PlanManifest manifest = Planner.stored(store, running.id())
                    .orElseThrow(() -> new IOException("batch " + batch + " has no plan"));
            later.addAll(IndexRanges.parse(partition));
            PartitionRun run = partitions.open(running, manifest, later.remove());
            partitions.lookAhead(running, later);
            work = Optional.of(new PartitionWork(run, running, manifest));
            context.setTransientUserData(work.get());
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

    /** Nothing: the result log knows. */
    @Override
    public @Nullable Serializable checkpointInfo() {
        return null;
    }

    @Override
    public void close() throws IOException {
        if (work.isPresent()) {
            try {
                work.get().run().close();
            } finally {
                work.get().running().ended(work.get().run().model());
            }
        }
    }

    /** A partition that fails takes the others along: the execution as a whole is to begin again. */
    private static void fail(RunningBatch running, Exception e) {
        running.failed(e);
        running.abort().trip(AbortCause.BROKEN_STORAGE);
    }
}
