package io.backfill.k8s.partitions;

import io.backfill.offload.OffloadParts;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;

/** Creates the partition handler of every partitioned step. The batch runtime finds it as a service, after the step was partitioned. */
public final class ShardPartitionsFactory implements PartitionHandlerFactory {
    @Override
    public PartitionHandler createPartitionHandler(StepContextImpl step, StepExecutionRunner runner) {
        PartitionHandler threads = ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner);
        return step.getTransientUserData() instanceof OffloadParts parts
                ? new ShardPartitions(threads, parts)
                : threads;
    }
}
