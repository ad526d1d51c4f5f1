package io.backfill.job.dispatch;

import io.backfill.batches.ModelWork;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.job.InferenceJobParameters;
import io.backfill.offload.IndexRanges;
import io.backfill.offload.Offload;
import io.backfill.offload.OffloadParts;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.run.RunningBatches;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.util.List;
import java.util.Properties;

/**
 * Plans one partition per model for threads, all at once, so that a saturated model does not delay another one. Plans one
 * partition per shard for pods; the runtime submits all of them only if it has as many threads, although it then uses none of
 * these.
 */
@Named
@Dependent
public class PlanPartitions implements PartitionMapper {
    /** Property of a partition: its numbers in the plan's manifest, in the format of {@link IndexRanges}. */
    static final String PARTITION = "partition";

    /** Property of a partition, for operators. */
    static final String MODEL = "model";

    /** Property of a partition: {@code threads} for threads of this node, or {@code pods}. */
    static final String RUNS = "runs";

    @Inject
    @BatchProperty
    private String batch;

    @Inject
    @BatchProperty
    private String epoch;

    @Inject
    private RunningBatches runningBatches;

    @Inject
    private FileStore store;

    @Inject
    private Offload offload;

    @Inject
    private StepContext context;

    @Override
    public PartitionPlan mapPartitions() throws IOException {
        context.setTransientUserData(new OffloadParts(offload, runningBatches, store));
        BatchId id = new BatchId(batch);
        PlanManifest manifest = new PlanStore(store).require(id);
        Properties[] partitions = offload.takes(id, manifest)
                ? manifest.models().stream().map(PlanPartitions::ofShard).toArray(Properties[]::new)
                : models(manifest).stream()
                        .map(model -> properties(manifest.partitionsOf(model), model, "threads"))
                        .toArray(Properties[]::new);
        PartitionPlan plan = new PartitionPlanImpl();
        plan.setPartitions(partitions.length);
        plan.setThreads(partitions.length);
        plan.setPartitionProperties(partitions);
        return plan;
    }

    /** Returns the models that have lines left; each one takes a thread. */
    private List<String> models(PlanManifest manifest) {
        InferenceJobParameters parameters = InferenceJobParameters.of(batch, epoch);
        List<String> left = runningBatches
                .find(parameters.batch(), parameters.epoch())
                .map(running -> running.left().stream().map(ModelWork::model).toList())
                .orElse(List.of());
        return left.isEmpty() ? manifest.distinctModels() : left;
    }

    private static Properties ofShard(ModelPlan shard) {
        return properties(List.of(shard.partition()), shard.model(), "pods");
    }

    private static Properties properties(List<Integer> numbers, String model, String runs) {
        Properties properties = new Properties();
        properties.setProperty(PARTITION, IndexRanges.format(numbers));
        properties.setProperty(MODEL, model);
        properties.setProperty(RUNS, runs);
        return properties;
    }
}
