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

/**
 * Creates the partition handler of every partitioned step. The batch runtime finds it as a service and calls it on a thread on
 * which beans can be looked up.
 */
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
