package io.backfill.k8s.partitions;

import io.backfill.dispatch.AbortCause;
import io.backfill.ids.BatchId;
import io.backfill.offload.OffloadParts;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.results.LogTotals;
import io.backfill.run.ExitStatus;
import io.backfill.run.RunningBatch;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric;
import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jberet.runtime.JobStopNotificationListener;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.spi.PartitionHandler;

/**
 * Handles the partitions of one step. The runtime submits them one by one without waiting, and then waits until each one has
 * reported once. Partitions for pods are started together as one Job; all others run on the runtime's own threads.
 */
final class ShardPartitions implements PartitionHandler, JobStopNotificationListener {
    /** Property of each partition's step: where the partition runs. */
    static final String RUNS = "runs";

    /** The value of {@link #RUNS} for partitions that run in pods. */
    static final String PODS = "pods";

    private final PartitionHandler threads;
    private final OffloadParts parts;
    private final Map<Integer, StepContextImpl> submitted = new LinkedHashMap<>();
    private BlockingQueue<Serializable> reports;
    private volatile Optional<RunningBatch> led = Optional.empty();

    ShardPartitions(PartitionHandler threads, OffloadParts parts) {
        this.threads = threads;
        this.parts = parts;
        this.reports = new LinkedBlockingQueue<>();
    }

    @Override
    public void setResourceTracker(BlockingQueue<Boolean> tracker) {
        // the runtime sets this only if it has fewer threads than partitions, which is never the case for partitions in
        // pods
        threads.setResourceTracker(tracker);
    }

    @Override
    public void setCollectorDataQueue(BlockingQueue<Serializable> queue) {
        reports = queue;
        threads.setCollectorDataQueue(queue);
    }

    @Override
    public void submitPartitionTask(StepContextImpl partition, int index, int count) throws Exception {
        if (!PODS.equals(partition.getProperties().getProperty(RUNS))) {
            threads.submitPartitionTask(partition, index, count);
            return;
        }
        submitted.put(numberOf(partition), partition);
        if (index == count - 1) {
            begin(partition.getJobContext().getJobParameters());
        }
    }

    /**
     * Returns the partition's number in the plan. This differs from the index: a restart submits fewer partitions than the plan
     * has.
     */
    private static int numberOf(StepContextImpl partition) {
        return Integer.parseInt(
                partition.getStep().getChunk().getReader().getProperties().get("partition"));
    }

    private void begin(Properties parameters) throws IOException {
        BatchId batch = new BatchId(parameters.getProperty("batch"));
        Optional<RunningBatch> held = parts.running().find(batch, Long.parseLong(parameters.getProperty("epoch")));
        if (held.isEmpty()) {
            reportRest(BatchStatus.COMPLETED, "not the lease holder");
            return;
        }
        PlanManifest manifest = new PlanStore(parts.store()).require(batch);
        led = held;
        parts.offload()
                .lead(
                        held.get(),
                        manifest,
                        List.copyOf(submitted.keySet()),
                        this::done,
                        thrown -> ended(held.get(), thrown));
    }

    private synchronized void done(int partition, LogTotals totals) {
        StepContextImpl context = submitted.remove(partition);
        if (context != null) {
            long lines = (long) totals.completed() + totals.failed();
            context.getStepExecution().getStepMetrics().set(Metric.MetricType.READ_COUNT, lines);
            context.getStepExecution().getStepMetrics().set(Metric.MetricType.WRITE_COUNT, lines);
            led.ifPresent(RunningBatch::showProgress);
            report(context, BatchStatus.COMPLETED, totals.completed() + " ok, " + totals.failed() + " errors");
        }
    }

    private void ended(RunningBatch batch, Optional<Throwable> thrown) {
        if (thrown.isPresent()) {
            batch.failed(thrown.get());
            batch.abort().trip(AbortCause.BROKEN_STORAGE);
            reportRest(BatchStatus.FAILED, "Error: " + thrown.get().getMessage());
        } else {
            // the last step settles the remaining lines, depending on the cause
            reportRest(
                    BatchStatus.COMPLETED,
                    batch.abort().cause().map(cause -> "left at " + cause).orElse("left"));
        }
    }

    private synchronized void reportRest(BatchStatus status, String exitStatus) {
        submitted.values().forEach(context -> report(context, status, exitStatus));
        submitted.clear();
    }

    private void report(StepContextImpl context, BatchStatus status, String exitStatus) {
        context.setBatchStatus(status);
        context.setExitStatus(new ExitStatus(exitStatus).text());
        reports.add(context.getStepExecution());
    }

    /** Called when the runtime stops the execution, as for a shutdown. The pods continue, and the next leader adopts them. */
    @Override
    public void stopRequested(long execution) {
        led.ifPresent(batch -> batch.abort().trip(AbortCause.SHUTDOWN));
    }
}
