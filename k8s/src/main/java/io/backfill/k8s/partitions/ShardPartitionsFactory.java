package io.backfill.k8s.partitions;

import io.backfill.files.FileStore;
import io.backfill.offload.Offload;
import io.backfill.run.RunningBatches;
import jakarta.enterprise.inject.spi.CDI;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;

/** Found by the batch runtime as a service, for every partitioned step; called on a thread of it, where beans can be found. */
public final class ShardPartitionsFactory implements PartitionHandlerFactory {
    @Override
    public PartitionHandler createPartitionHandler(StepContextImpl step, StepExecutionRunner runner) {
        CDI<Object> beans = CDI.current();
        return new ShardPartitions(
                ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner),
                new ShardPartitions.Beans(
                        beans.select(Offload.class).get(),
                        beans.select(RunningBatches.class).get(),
                        beans.select(FileStore.class).get()));
    }
}
