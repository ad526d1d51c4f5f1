package io.backfill.job.dispatch;

import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.Planner;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.util.Properties;

/** One partition per model, all at once: a saturated model must not keep another one waiting. */
@Named
@Dependent
public class ModelPartitionMapper implements PartitionMapper {
    /** Property of a partition: its number in the plan's manifest. */
    static final String PARTITION = "partition";

    /** Property of a partition, for operators. */
    static final String MODEL = "model";

    @Inject
    @BatchProperty
    private String batch;

    @Inject
    private FileStore store;

    @Override
    public PartitionPlan mapPartitions() throws IOException {
        PlanManifest manifest = Planner.stored(store, new BatchId(batch))
                .orElseThrow(() -> new IOException("batch " + batch + " has no plan"));
        PartitionPlan plan = new PartitionPlanImpl();
        plan.setPartitions(manifest.models().size());
        plan.setThreads(manifest.models().size());
        plan.setPartitionProperties(
                manifest.models().stream().map(ModelPartitionMapper::properties).toArray(Properties[]::new));
        return plan;
    }

    private static Properties properties(ModelPlan model) {
        Properties properties = new Properties();
        properties.setProperty(PARTITION, Integer.toString(model.partition()));
        properties.setProperty(MODEL, model.model());
        return properties;
    }
}
