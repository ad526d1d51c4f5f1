package io.backfill.k8s.partitions;

import io.backfill.dispatch.AbortCause;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.offload.Offload;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.Planner;
import io.backfill.results.LogTotals;
import io.backfill.run.ExitStatus;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
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
 * The partitions of one step. The runtime submits them one by one, without waiting, and then waits until each was reported once;
 * pods get them together, as one Job. Partitions that the plan does not give to pods go to the runtime's own threads.
 */
final class ShardPartitions implements PartitionHandler, JobStopNotificationListener {
    /** Property of the step, for each partition: who runs it. */
    static final String RUNS = "runs";

    /** The value of {@link #RUNS} that means us. */
    static final String PODS = "pods";

    /** What is looked up where the runtime calls. */
    record Beans(Offload offload, RunningBatches running, FileStore store) {}

    private final PartitionHandler threads;
    private final Beans beans;
    private final Map<Integer, StepContextImpl> submitted = new LinkedHashMap<>();
    private BlockingQueue<Serializable> reports;
    private volatile Optional<RunningBatch> led = Optional.empty();

    ShardPartitions(PartitionHandler threads, Beans beans) {
        this.threads = threads;
        this.beans = beans;
        this.reports = new LinkedBlockingQueue<>();
    }

    @Override
    public void setResourceTracker(BlockingQueue<Boolean> tracker) {
        // where it is there at all, the runtime has fewer threads than partitions, which pods never are submitted with
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

    /** The partition's number in the plan: after a restart there are fewer than in the plan. */
    private static int numberOf(StepContextImpl partition) {
        return Integer.parseInt(
                partition.getStep().getChunk().getReader().getProperties().get("partition"));
    }

    private void begin(Properties parameters) throws IOException {
        BatchId batch = new BatchId(parameters.getProperty("batch"));
        Optional<RunningBatch> held = beans.running().find(batch, Long.parseLong(parameters.getProperty("epoch")));
        if (held.isEmpty()) {
            reportRest(BatchStatus.COMPLETED, "not the lease holder");
            return;
        }
        PlanManifest manifest = Planner.stored(beans.store(), batch)
                .orElseThrow(() -> new IOException("batch " + batch + " has no plan"));
        led = held;
        beans.offload()
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
            report(context, BatchStatus.COMPLETED, totals.completed() + " ok, " + totals.failed() + " errors");
        }
    }

    private void ended(RunningBatch batch, Optional<Throwable> thrown) {
        if (thrown.isPresent()) {
            batch.failed(thrown.get());
            batch.abort().trip(AbortCause.BROKEN_STORAGE);
            reportRest(BatchStatus.FAILED, "Error: " + thrown.get().getMessage());
        } else {
            // what is not done is settled by the last step, which knows why
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

    /** The runtime stops the execution, as for a shutdown: pods go on, and the next leader finds them. */
    @Override
    public void stopRequested(long execution) {
        led.ifPresent(batch -> batch.abort().trip(AbortCause.SHUTDOWN));
    }
}
